import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByocError, silentLogger } from '@byoc/core';
import {
  type CallerFrame,
  type ConnectedWorker,
  connectWorker,
  serveWorkerService,
  type WorkerService,
} from '@byoc/core/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeWorkerService } from './fake-services.ts';
import { bytes, collect, framesOf, open } from './job-frames.ts';

let directory: string;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'byoc-proto-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(directory, { recursive: true });
});

async function start(overrides: Partial<WorkerService> = {}, name = 'worker.sock'): Promise<ConnectedWorker> {
  const address = { type: 'unix', path: join(directory, name) } as const;
  const served = await serveWorkerService(fakeWorkerService(overrides), { address, logger: silentLogger });
  const worker = connectWorker(address);
  closers.push(
    () => served.close(),
    () => worker.close(),
  );
  return worker;
}

describe('a worker over a unix socket', () => {
  it('answers every method', async () => {
    const worker = await start();
    expect(await worker.getInfo()).toMatchObject({ name: 'fake', features: ['attach'] });
    expect(new TextDecoder().decode(await worker.getManifest())).toBe('{"manifest":1}');
    expect(await worker.estimateUsage({ capability: 'a/b@1.0.0', inputJson: bytes('{}') })).toEqual({ bytes: 10n });
    expect(await worker.cancelJob({ jobId: 'job_12345678', reason: 'x', graceMs: 1500 })).toEqual({ cancelled: true });
    expect(await worker.drain({ graceMs: 10 })).toBeUndefined();
    const states = [];
    for await (const state of worker.watchState()) states.push(state);
    expect(states).toMatchObject([{ phase: 'ready', details: { engine: 'none' } }]);
    expect(await collect(worker.attachJob({ jobId: 'job_12345678', afterSequence: 41 }))).toEqual([
      { sequence: 42, type: 'progress', progress: { fraction: 0.5, stage: 'work' } },
    ]);
  });

  it('runs a job with frames both ways', async () => {
    const worker = await start();
    const frames = await collect(
      worker.runJob(framesOf(open, { type: 'chunk', part: 'a', data: bytes('hello'), last: true }, { type: 'end' })),
    );
    expect(frames.map(({ type }) => type)).toEqual(['accepted', 'event', 'usage', 'result']);
    expect(frames.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it('makes its socket private', async () => {
    await start();
    expect((await stat(join(directory, 'worker.sock'))).mode & 0o777).toBe(0o600);
  });

  it('tells its health', async () => {
    const worker = await start();
    expect(await worker.health()).toBe('not-serving');
  });

  it('carries catalogued errors with their facts', async () => {
    const worker = await start({
      cancelJob: async ({ jobId }) => {
        throw new ByocError('JOB_NOT_FOUND', { jobId });
      },
      // biome-ignore lint/correctness/useYield: it fails before it yields.
      async *runJob() {
        throw new ByocError('WORKER_BUSY', { slots: 2 });
      },
    });
    await expect(worker.cancelJob({ jobId: 'job_12345678', reason: '', graceMs: 0 })).rejects.toMatchObject({
      code: 'JOB_NOT_FOUND',
      facts: { jobId: 'job_12345678' },
    });
    await expect(collect(worker.runJob(framesOf(open)))).rejects.toMatchObject({
      code: 'WORKER_BUSY',
      facts: { slots: 2 },
    });
  });

  it('hides the text of an unexpected error', async () => {
    const worker = await start({ getManifest: () => Promise.reject(new Error('password=hunter2')) });
    const error = await worker.getManifest().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(String(error)).not.toContain('hunter2');
  });

  it('tells the handler when the caller leaves the loop, and ends its frames', async () => {
    const seen = Promise.withResolvers<unknown>();
    const returned = Promise.withResolvers<void>();
    const worker = await start({
      async *runJob(_frames, options) {
        options?.signal?.addEventListener('abort', () => seen.resolve(options.signal?.reason));
        yield [{ sequence: 1, type: 'accepted', capability: 'test/echo@1.0.0' }];
        await new Promise<void>((resolve) => options?.signal?.addEventListener('abort', () => resolve()));
      },
    });
    async function* endless(): AsyncGenerator<CallerFrame> {
      try {
        yield open;
        for (;;) yield { type: 'chunk', part: 'live', data: new Uint8Array(1000), last: false };
      } finally {
        returned.resolve();
      }
    }
    for await (const [frame] of worker.runJob(endless())) {
      expect(frame?.type).toBe('accepted');
      break;
    }
    await expect(seen.promise).resolves.toMatchObject({ code: 'CALLER_GONE' });
    await returned.promise;
  });

  it('rejects with the reason of the signal, and cancels the call', async () => {
    const aborted = Promise.withResolvers<void>();
    const worker = await start({
      async *runJob(_frames, options) {
        yield [{ sequence: 1, type: 'accepted', capability: 'test/echo@1.0.0' }];
        await new Promise<void>((resolve) => options?.signal?.addEventListener('abort', () => resolve()));
        aborted.resolve();
      },
    });
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const run = async () => {
      for await (const _ of worker.runJob(framesOf(open), { signal: controller.signal })) controller.abort(reason);
    };
    await expect(run()).rejects.toBe(reason);
    await aborted.promise;
  });

  it('fails the job when the frames of the caller fail', async () => {
    const worker = await start();
    const failure = new Error('disk gone');
    async function* failing(): AsyncGenerator<CallerFrame> {
      yield open;
      throw failure;
    }
    await expect(collect(worker.runJob(failing()))).rejects.toBe(failure);
  });

  it('slows a fast sender down to a slow reader, both ways', async () => {
    const release = Promise.withResolvers<void>();
    let made = 0;
    const worker = await start({
      async *runJob(frames) {
        await release.promise;
        let chunks = 0;
        for await (const frame of frames) if (frame.type === 'chunk') chunks++;
        yield [{ sequence: 1, type: 'accepted', capability: `test/echo@${chunks}.0.0` }];
      },
    });
    const stalled = Promise.withResolvers<void>();
    async function* many(): AsyncGenerator<CallerFrame> {
      yield open;
      for (; made < 80; made++) {
        // 80 MiB would be made at once if nothing held the sender back.
        if (made === 20) setImmediate(() => setImmediate(() => stalled.resolve()));
        yield { type: 'chunk', part: 'big', data: new Uint8Array(1024 * 1024), last: false };
      }
      yield { type: 'end' };
    }
    const frames = collect(worker.runJob(many()));
    await stalled.promise;
    const before = made;
    release.resolve();
    expect((await frames)[0]).toMatchObject({ capability: 'test/echo@80.0.0' });
    expect(before).toBeLessThan(60);

    let sent = 0;
    const producer = await start(
      {
        async *runJob() {
          for (sent = 0; sent < 80; sent++)
            yield [{ sequence: sent + 1, type: 'chunk', part: 'out', data: new Uint8Array(1024 * 1024), last: false }];
        },
      },
      'second.sock',
    );
    let got = 0;
    for await (const batch of producer.runJob(framesOf(open))) {
      got += batch.length;
      expect(sent - got).toBeLessThan(60);
    }
    expect(got).toBe(80);
  });

  it('cuts an array of frames that does not fit into one message', async () => {
    const worker = await start({
      async *runJob() {
        yield Array.from({ length: 12 }, (_, i) => ({
          sequence: i + 1,
          type: 'chunk' as const,
          part: 'out',
          data: new Uint8Array(1024 * 1024),
          last: false,
        }));
      },
    });
    expect(await collect(worker.runJob(framesOf(open)))).toHaveLength(12);
  });

  it('ends well when the service reads none of what the caller sends', async () => {
    let signal: AbortSignal | undefined;
    const worker = await start({
      async *runJob(_frames, options) {
        signal = options?.signal;
        yield [{ sequence: 1, type: 'accepted', capability: 'test/echo@1.0.0' }];
        yield [{ sequence: 2, type: 'result', outputJson: bytes('{}'), usage: {}, parts: [] }];
      },
    });
    const left = Promise.withResolvers<void>();
    async function* endless(): AsyncGenerator<CallerFrame> {
      try {
        yield open;
        for (;;) yield { type: 'chunk', part: 'live', data: new Uint8Array(1024 * 1024), last: false };
      } finally {
        left.resolve();
      }
    }
    expect(await collect(worker.runJob(endless()))).toHaveLength(2);
    await left.promise;
    expect(await worker.getInfo()).toMatchObject({ name: 'fake' });
    expect(signal?.aborted).toBe(false);
  });

  it('runs many jobs at once', async () => {
    const worker = await start();
    const runs = Array.from({ length: 300 }, () => collect(worker.runJob(framesOf(open, { type: 'end' }))));
    for (const frames of await Promise.all(runs)) expect(frames.at(-1)?.type).toBe('result');
  });

  it('keeps its connection when thousands of jobs are left at their result', async () => {
    const worker = await start();
    // A server drops a client that resets more than a thousand calls in a short time.
    for (let job = 0; job < 1500; job += 1) {
      for await (const batch of worker.runJob(framesOf(open, { type: 'end' })))
        if (batch.at(-1)?.type === 'result') break;
    }
    expect((await worker.getInfo()).name).toBe('fake');
  });

  it('ends every stream when the connection is closed', async () => {
    const aborted = Promise.withResolvers<unknown>();
    const worker = await start({
      async *runJob(_frames, options) {
        yield [{ sequence: 1, type: 'accepted', capability: 'test/echo@1.0.0' }];
        await new Promise<void>((resolve) => options?.signal?.addEventListener('abort', () => resolve()));
        aborted.resolve(options?.signal?.reason);
      },
    });
    const run = async () => {
      for await (const _ of worker.runJob(framesOf(open))) worker.close();
    };
    await expect(run()).rejects.toMatchObject({ code: expect.stringMatching(/^CONNECTION_/) });
    await expect(aborted.promise).resolves.toMatchObject({ code: 'CALLER_GONE' });
  });

  it('refuses a chunk over the limit before it is sent', async () => {
    const worker = await start();
    const frames = framesOf(open, { type: 'chunk', part: 'a', data: new Uint8Array(1024 * 1024 + 1), last: true });
    await expect(collect(worker.runJob(frames))).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' });
  });

  it('fails with CONNECTION_FAILED where nobody listens and CONNECTION_LOST when the worker goes', async () => {
    const nobody = connectWorker({ type: 'unix', path: join(directory, 'nobody.sock') });
    closers.push(() => nobody.close());
    await expect(nobody.getInfo()).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });

    const address = { type: 'unix', path: join(directory, 'leaving.sock') } as const;
    const served = await serveWorkerService(
      fakeWorkerService({
        async *watchState(options) {
          yield* fakeWorkerService().watchState();
          await new Promise<void>((resolve) => options?.signal?.addEventListener('abort', () => resolve()));
        },
      }),
      { address },
    );
    const worker = connectWorker(address);
    closers.push(() => worker.close());
    const watch = async () => {
      for await (const _ of worker.watchState()) void served.close({ graceMs: 0 });
    };
    await expect(watch()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    // Less than the 30 s after which a dead connection is noticed without being told.
  }, 25_000);
});
