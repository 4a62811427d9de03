import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCapability } from '../capability/define-capability.ts';
import { meter } from '../capability/meter.ts';
import type { ByocError } from '../errors/byoc-error.ts';
import { definePlugin, implement } from '../manifest/define-plugin.ts';
import type { Plugin } from '../manifest/plugin.ts';
import type { CallerFrame, JobFrame } from '../protocol/frames.ts';
import { createManualClock } from '../testing/create-manual-clock.ts';
import { createWorker } from './create-worker.ts';

const hold = defineCapability({
  name: 'test/hold',
  version: '1.0.0',
  input: z.object({ steps: z.int() }),
  output: z.object({}),
  meters: {
    steps: meter({ unit: 'step', estimate: 'input.steps' }),
    bytes: meter({ unit: 'byte' }),
  },
});

/** A plugin whose jobs run until they are let go or aborted. */
function start(more: Partial<Plugin> = {}) {
  const gate = Promise.withResolvers<void>();
  const clock = createManualClock({ startMs: 1000 });
  const log: string[] = [];
  const plugin = definePlugin({
    manifest: { name: 'hold', version: '1.0.0', concurrency: 2 },
    implementations: [
      implement(
        hold,
        async ({ signal }) => {
          await Promise.race([
            gate.promise,
            new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
          ]);
          log.push('handler ended');
          return {};
        },
        { estimate: async ({ steps }) => ({ steps: 1n, bytes: BigInt(steps) * 100n, unheard: 1n }) },
      ),
    ],
    teardown: async () => {
      log.push('teardown');
    },
    ...more,
  });
  const worker = createWorker(plugin, {
    jobsPath: '/nonexistent',
    tmpPath: '/nonexistent',
    clock,
    onDrained: () => log.push('drained'),
    onPhase: (phase) => log.push(phase),
  });
  const run = async (jobId: string, inputJson = '{"steps":3}') => {
    const got: JobFrame[] = [];
    for await (const batch of worker.runJob(frames(jobId, inputJson))) got.push(...batch);
    return got;
  };
  async function* frames(jobId: string, inputJson: string): AsyncGenerator<CallerFrame> {
    yield {
      type: 'open',
      jobId,
      capability: hold.reference,
      inputJson: new TextEncoder().encode(inputJson),
      deadline: 1_000_000,
      traceparent: '',
      onDisconnect: 'cancel',
      stagedParts: [],
    };
    yield { type: 'end' };
  }
  return { worker, clock, log, gate, run };
}
const estimate = (worker: ReturnType<typeof start>['worker'], inputJson: string) =>
  worker.estimateUsage({ capability: hold.reference, inputJson: new TextEncoder().encode(inputJson) });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    ({ code }: ByocError) => code,
  );
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a drain', () => {
  it('waits for the last job, tears down, and only then is over', async () => {
    const { worker, log, gate, run } = start();
    await worker.setup();
    const job = run('job_0001');
    await settle();
    const drained = worker.drain({ graceMs: 60_000 }).then(() => log.push('drain returned'));
    expect(await codeOf(run('job_0002'))).toBe('WORKER_DRAINING');
    gate.resolve();
    expect((await job).at(-1)?.type).toBe('result');
    await drained;
    expect(log.filter((entry) => entry !== 'busy')).toEqual([
      'warming',
      'ready',
      'draining',
      'handler ended',
      'teardown',
      'drained',
      'drain returned',
    ]);
  });

  it('is shortened by a second one, and not made longer', async () => {
    const { worker, clock, run } = start();
    await worker.setup();
    const job = run('job_0001');
    await settle();
    const drains = [
      worker.drain({ graceMs: 60_000 }),
      worker.drain({ graceMs: 10 }),
      worker.drain({ graceMs: 90_000 }),
    ];
    await clock.advance(10);
    expect((await job).at(-1)).toMatchObject({ type: 'error', error: { code: 'JOB_CANCELLED' } });
    await Promise.all(drains);
  });

  it('is over although teardown fails or hangs', async () => {
    const failing = start({ teardown: () => Promise.reject(new Error('disk')) });
    await failing.worker.setup();
    await failing.worker.drain({ graceMs: 0 });
    expect(failing.log.at(-1)).toBe('drained');

    const hanging = start({ teardown: () => new Promise(() => {}) });
    await hanging.worker.setup();
    const drained = hanging.worker.drain({ graceMs: 0 });
    await settle();
    expect(hanging.log.at(-1)).toBe('draining');
    await hanging.clock.advance(5000);
    await drained;
    expect(hanging.log.at(-1)).toBe('drained');
  });

  it('aborts a setup that still runs, and does not call that a failure', async () => {
    const { worker, log } = start({
      setup: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    });
    const ready = worker.setup();
    await worker.drain({ graceMs: 0 });
    await expect(ready).rejects.toThrow('stopped');
    expect(worker.state.phase).toBe('draining');
    expect(log).not.toContain('failed');
  });

  it('ends the streams of those that watch the state', async () => {
    const { worker } = start();
    await worker.setup();
    const phases: string[] = [];
    const watched = (async () => {
      for await (const { phase } of worker.watchState()) phases.push(phase);
    })();
    await settle();
    await worker.drain({ graceMs: 0 });
    await watched;
    expect(phases[0]).toBe('ready');
    expect(worker.watchers).toBe(0);
  });
});

it('goes out of service for good when its plugin says so, and tells why', async () => {
  let fail: (reason: string) => void = () => {};
  const { worker, log, gate, run } = start({
    setup: async (context) => {
      fail = context.fail;
      return undefined;
    },
  });
  await worker.setup();
  const job = run('job_0001');
  await settle();
  fail('the engine hangs');
  expect(worker.state).toMatchObject({ phase: 'failed', reason: 'the engine hangs', slotsFree: 0 });
  expect(await codeOf(run('job_0002'))).toBe('WORKER_NOT_READY');
  gate.resolve();
  expect((await job).at(-1)?.type).toBe('result');
  expect(worker.state.phase).toBe('failed');
  expect(log).toContain('failed');
});

describe('an estimate', () => {
  it('takes the bounds of the contract, fills in those of the plugin, and knows no other meter', async () => {
    const { worker } = start();
    await worker.setup();
    expect(await estimate(worker, '{"steps":3}')).toEqual({ steps: 3n, bytes: 300n });
  });

  it('is refused before the worker is ready', async () => {
    expect(await codeOf(estimate(start().worker, '{"steps":3}'))).toBe('WORKER_NOT_READY');
  });

  it.each([
    ['not JSON', '{"steps":', 'FRAME_MALFORMED'],
    ['no valid input', '{"steps":"3"}', 'CAPABILITY_INPUT_INVALID'],
  ])('of %s is refused', async (_, inputJson, code) => {
    const { worker } = start();
    await worker.setup();
    expect(await codeOf(estimate(worker, inputJson))).toBe(code);
  });
});

describe('a job that is refused', () => {
  it.each([
    ['not JSON', '{"steps":', 'FRAME_MALFORMED'],
    ['no valid input', '{"steps":"3"}', 'CAPABILITY_INPUT_INVALID'],
  ])('for %s has no frames, takes no slot and leaves its id free', async (_, inputJson, code) => {
    const { worker, gate, run } = start();
    await worker.setup();
    expect(await codeOf(run('job_0001', inputJson))).toBe(code);
    expect(worker.state.slotsFree).toBe(2);
    gate.resolve();
    expect((await run('job_0001')).map(({ type }) => type)).toEqual(['accepted', 'result']);
  });

  it('for want of an `open` frame is out of order', async () => {
    const { worker } = start();
    await worker.setup();
    const nothing = worker.runJob((async function* () {})());
    expect(await codeOf(nothing[Symbol.asyncIterator]().next())).toBe('FRAME_OUT_OF_ORDER');
  });
});
