import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByocError, type ByocError as Failure } from '@byoc/core';
import { type JobFrame, serveWorkerService, type WorkerService } from '@byoc/core/protocol';
import { conformanceCases, createAddressTarget } from '@byoc/core/testing';
import { createWorker, type Worker } from '@byoc/core/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatedPlugin } from '../fixtures/gated-plugin/plugin.ts';

const sample = {
  capability: 'test/gated@1.0.0',
  input: { steps: 5, free: true },
  invalidInput: { steps: 0 },
  invalidFields: ['/steps'],
  longJob: { input: { steps: 1 } },
};

/** Changes the frames of RunJob on their way. */
function rewriting(worker: Worker, rewrite: (frame: JobFrame) => JobFrame | undefined): Partial<WorkerService> {
  return {
    async *runJob(frames, call) {
      for await (const batch of worker.runJob(frames, call)) {
        const rewritten = batch.map(rewrite).filter((frame) => frame !== undefined);
        if (rewritten.length > 0) yield rewritten;
      }
    },
  };
}

/** One fault, and the cases that must find it. */
const faults: [fault: string, make: (worker: Worker) => Partial<WorkerService>, caught: string[]][] = [
  [
    'numbers frames from 2',
    (worker) => rewriting(worker, (frame) => ({ ...frame, sequence: frame.sequence + 1 })),
    ['runs-a-job', 'half-close-is-end', 'replays-frames'],
  ],
  [
    'leaves a gap in the numbers',
    (worker) => rewriting(worker, (frame) => (frame.sequence === 3 ? undefined : frame)),
    ['runs-a-job'],
  ],
  [
    'sends no accepted',
    (worker) => rewriting(worker, (frame) => (frame.type === 'accepted' ? undefined : frame)),
    ['runs-a-job', 'half-close-is-end'],
  ],
  [
    'sends no result',
    (worker) => rewriting(worker, (frame) => (frame.type === 'result' ? undefined : frame)),
    ['runs-a-job'],
  ],
  [
    'lets the final usage fall',
    (worker) => rewriting(worker, (frame) => (frame.type === 'result' ? { ...frame, usage: { steps: 0n } } : frame)),
    ['runs-a-job'],
  ],
  [
    'gives an output that fails its schema',
    (worker) =>
      rewriting(worker, (frame) => (frame.type === 'result' ? { ...frame, outputJson: Buffer.from('7') } : frame)),
    ['runs-a-job'],
  ],
  [
    'ends jobs with the status of their error',
    (worker) => ({
      async *runJob(frames, call) {
        for await (const batch of worker.runJob(frames, call)) {
          const last = batch.at(-1);
          if (last?.type === 'error') throw last.error;
          yield batch;
        }
      },
    }),
    ['opens-once', 'refuses-large-chunks', 'keeps-the-deadline', 'cancel-by-id'],
  ],
  [
    'refuses with an error frame',
    (worker) => ({
      async *runJob(frames, call) {
        try {
          yield* worker.runJob(frames, call);
        } catch (error) {
          yield [{ sequence: 1, type: 'error', error: error as Failure }];
        }
      },
    }),
    [
      'refuses-unknown-capabilities',
      'refuses-invalid-inputs',
      'refuses-past-deadlines',
      'wants-open-first',
      'checks-job-ids',
      'refuses-used-ids',
    ],
  ],
  [
    'says INTERNAL_ERROR for everything',
    (worker) => ({
      async *runJob(frames, call) {
        try {
          yield* worker.runJob(frames, call);
        } catch {
          throw new TypeError('oh');
        }
      },
      async cancelJob(request) {
        return worker.cancelJob(request).catch(() => {
          throw new TypeError('oh');
        });
      },
    }),
    [
      'refuses-unknown-capabilities',
      'refuses-invalid-inputs',
      'refuses-what-is-not-json',
      'wants-a-deadline',
      'cancel-of-an-unknown-job',
      'busy-without-slots',
    ],
  ],
  [
    'ignores CancelJob',
    () => ({ cancelJob: async () => ({ cancelled: true }) }),
    ['cancel-of-an-unknown-job', 'cancel-of-an-ended-job'],
  ],
  [
    'forgets the frames of jobs',
    () => ({
      // biome-ignore lint/correctness/useYield: it fails before it yields.
      async *attachJob({ jobId }) {
        throw new ByocError('JOB_NOT_FOUND', { jobId });
      },
    }),
    ['replays-frames', 'attach-after-the-last-frame', 'caller-leaves', 'attach-follows'],
  ],
  [
    'replays from the start whatever is asked',
    (worker) => ({ attachJob: ({ jobId }, call) => worker.attachJob({ jobId, afterSequence: 0 }, call) }),
    ['replays-frames', 'attach-after-the-last-frame'],
  ],
  [
    'invents frames for an unknown job',
    () => ({
      async *attachJob() {
        yield [{ sequence: 1, type: 'accepted', capability: sample.capability }];
      },
    }),
    ['attach-to-an-unknown-job', 'replays-frames'],
  ],
  [
    'estimates too little',
    () => ({ estimateUsage: async () => ({ steps: 1n }) }),
    ['estimate-is-a-bound', 'estimate-checks-its-input'],
  ],
  [
    'has another name than its manifest',
    (worker) => ({ getInfo: async () => ({ ...(await worker.getInfo()), name: 'somebody' }) }),
    ['info-names-the-plugin'],
  ],
  [
    'serves another manifest than its plugin.json',
    (worker) => ({
      getManifest: async () => Buffer.from(JSON.stringify({ ...worker.manifest, description: 'other' })),
    }),
    ['manifest-is-plugin-json'],
  ],
  [
    'miscounts its slots',
    (worker) => ({
      async *watchState(call) {
        for await (const state of worker.watchState(call)) yield { ...state, slotsTotal: 9, slotsFree: 9 };
      },
    }),
    ['state-at-once'],
  ],
];

describe('the conformance kit', () => {
  let directory: string;
  let worker: Worker;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'byoc-wrong-'));
    worker = createWorker(gatedPlugin, { jobsPath: join(directory, 'jobs'), tmpPath: directory });
    await worker.setup();
  });
  afterEach(async () => {
    await worker.drain({ graceMs: 0 });
    await rm(directory, { recursive: true });
  });

  /** Runs cases against a worker with a fault; gives the texts of those that failed. */
  async function failuresOf(overrides: Partial<WorkerService>, ids: readonly string[]): Promise<Map<string, string>> {
    const right: WorkerService = {
      getInfo: () => worker.getInfo(),
      getManifest: () => worker.getManifest(),
      watchState: (call) => worker.watchState(call),
      estimateUsage: (request, call) => worker.estimateUsage(request, call),
      runJob: (frames, call) => worker.runJob(frames, call),
      attachJob: (request, call) => worker.attachJob(request, call),
      cancelJob: (request) => worker.cancelJob(request),
      drain: (request) => worker.drain(request),
    };
    const address = { type: 'unix', path: join(directory, 'worker.sock') } as const;
    const served = await serveWorkerService({ ...right, ...overrides }, { address, health: 'serving' });
    const target = createAddressTarget({ address, sample, manifest: worker.manifest });
    const failures = new Map<string, string>();
    try {
      for (const each of conformanceCases) {
        if (!ids.includes(each.id)) continue;
        await each.run(target, { signal: AbortSignal.timeout(20_000) }).catch((error: Failure) => {
          expect(error.code).toBe('CONFORMANCE_FAILED');
          failures.set(each.id, error.shortMessage);
        });
      }
    } finally {
      await served.close();
    }
    return failures;
  }

  it('finds nothing wrong with the worker that the wrong ones are made of', async () => {
    const ids = [...new Set(faults.flatMap(([, , caught]) => caught))];
    expect(await failuresOf({}, ids)).toEqual(new Map());
  });

  it.each(faults)('catches a worker that %s', async (_, make, caught) => {
    expect([...(await failuresOf(make(worker), caught)).keys()].toSorted()).toEqual(caught.toSorted());
  });

  it('says which rule is broken, what was expected and what came', async () => {
    const failures = await failuresOf({ cancelJob: async () => ({ cancelled: true }) }, ['cancel-of-an-unknown-job']);
    expect(failures.get('cancel-of-an-unknown-job')).toMatchInlineSnapshot(
      `"The worker breaks W-24, W-50 (cancel-of-an-unknown-job): expected the refusal to be JOB_NOT_FOUND as a google.rpc.Status with one ErrorInfo, but there was no google.rpc.Status."`,
    );
  });
});
