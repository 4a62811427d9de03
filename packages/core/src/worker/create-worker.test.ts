import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCapability } from '../capability/define-capability.ts';
import { meter } from '../capability/meter.ts';
import { definePlugin, implement } from '../manifest/define-plugin.ts';
import type { Handler, SetupResult } from '../manifest/plugin.ts';
import type { CallerFrame, JobFrame } from '../protocol/frames.ts';
import { createJobFrameMachine } from '../protocol/machine/create-job-frame-machine.ts';
import { createWorker } from './create-worker.ts';
import { JobError } from './job-error.ts';

const count = defineCapability({
  name: 'test/count',
  version: '1.0.0',
  input: z.object({ to: z.number() }),
  event: z.object({ at: z.number() }),
  output: z.object({ to: z.number() }),
  meters: { steps: meter({ unit: 'step' }) },
});

async function run(handler: Handler<typeof count>, during?: (worker: ReturnType<typeof createWorker>) => void) {
  const plugin = definePlugin({
    manifest: { name: 'test', version: '1.0.0' },
    implementations: [implement(count, handler)],
  });
  const worker = createWorker(plugin, { jobsPath: '/nonexistent', tmpPath: '/nonexistent' });
  await worker.setup();
  async function* frames(): AsyncGenerator<CallerFrame> {
    const inputJson = new TextEncoder().encode('{"to":2000}');
    const deadline = Date.now() + 60_000;
    yield {
      type: 'open',
      jobId: 'job_0001',
      capability: count.reference,
      inputJson,
      deadline,
      traceparent: '',
      onDisconnect: 'cancel',
      stagedParts: [],
    };
    yield { type: 'end' };
  }
  const got: JobFrame[] = [];
  const machine = createJobFrameMachine({ jobId: 'job_0001' });
  for await (const batch of worker.runJob(frames())) {
    for (const frame of batch) {
      machine.accept(frame);
      got.push(frame);
    }
    during?.(worker);
  }
  return { got, last: got.at(-1) as JobFrame };
}
const codeOf = (frame: JobFrame) => (frame.type === 'error' ? frame.error.code : frame.type);

describe('createWorker', () => {
  it('tells what its plugin reports, whenever it does, and has as many slots as it says', async () => {
    let report: (change: SetupResult) => void = () => {};
    const plugin = definePlugin({
      manifest: { name: 'test', version: '1.0.0', concurrency: 4 },
      implementations: [implement(count, async ({ input }) => input)],
      async setup(context) {
        report = context.report;
        return { models: ['a'], slots: 2, details: { engine: 'x' } };
      },
    });
    const worker = createWorker(plugin, { jobsPath: '/nonexistent', tmpPath: '/nonexistent' });
    await worker.setup();
    expect(worker.state).toMatchObject({ models: ['a'], slotsTotal: 2, slotsFree: 2, details: { engine: 'x' } });
    report({ models: ['a', 'b'], deviceMemoryBytes: 5 });
    expect(worker.state).toMatchObject({
      models: ['a', 'b'],
      deviceMemoryBytes: 5,
      slotsTotal: 2,
      details: { engine: 'x' },
    });
  });

  it('sends every event in order, then the result with the final usage', async () => {
    const { got, last } = await run(async function* ({ input, usage }) {
      for (let at = 1; at <= input.to; at += 1) {
        usage.set('steps', at);
        yield { at };
      }
      return { to: input.to };
    });
    expect(got.filter((frame) => frame.type === 'event')).toHaveLength(2000);
    expect(last).toMatchObject({ type: 'result', usage: { steps: 2000n } });
  });

  it('ends a job whose handler ignores cancel after the grace', async () => {
    let asked = false;
    const { last } = await run(
      () => new Promise(() => {}),
      (worker) => {
        if (!asked) void worker.cancelJob({ jobId: 'job_0001', reason: 'test', graceMs: 0 });
        asked = true;
      },
    );
    expect(codeOf(last)).toBe('JOB_CANCELLED');
  });

  it.each<[string, Handler<typeof count>]>([
    [
      'JOB_CRASHED',
      async () => {
        throw new TypeError('secret');
      },
    ],
    [
      'JOB_FAILED',
      async () => {
        throw new JobError({ reason: 'NO', message: 'No.', hint: 'Do.' });
      },
    ],
    ['CAPABILITY_OUTPUT_INVALID', async () => ({ to: 'x' }) as never],
    [
      'CAPABILITY_EVENT_INVALID',
      async ({ emit }) => {
        await emit({ at: 'x' } as never);
        return { to: 1 };
      },
    ],
    [
      'USAGE_DECREASED',
      async ({ usage }) => {
        usage.set('steps', 2);
        usage.set('steps', 1);
        return { to: 1 };
      },
    ],
    [
      'JOB_PART_MISSING',
      async ({ file }) => {
        await file({ $part: 'a' });
        return { to: 1 };
      },
    ],
  ])('ends with %s', async (code, handler) => {
    const { last } = await run(handler);
    expect(codeOf(last)).toBe(code);
  });
});
