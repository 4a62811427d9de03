import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobFrame, JobFrameBody } from '../protocol/frames.ts';
import { createJobFrameMachine } from '../protocol/machine/create-job-frame-machine.ts';
import { FrameLog, REPLAY_BYTES_MAX, REPLAY_FRAMES_MAX } from './frame-log.ts';

const accepted: JobFrameBody = { type: 'accepted', capability: 'test/a@1.0.0' };
const event = (bytes = 10): JobFrameBody => ({ type: 'event', eventJson: new Uint8Array(bytes) });
const usage = (total: number) => ({ type: 'usage' as const, usage: { steps: BigInt(total) } });
const result = (bytes = 2): JobFrameBody => ({
  type: 'result',
  outputJson: new Uint8Array(bytes),
  usage: {},
  parts: [],
});

/** Reads to the end. */
async function readAll(log: FrameLog, after = 0): Promise<JobFrame[]> {
  const got: JobFrame[] = [];
  for await (const batch of log.read(after)) got.push(...batch);
  return got;
}

/** Lets everything that is ready run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Appends without waiting until the log is full; gives the number of frames it took at once. */
async function fill(log: FrameLog, bytes = 10): Promise<{ taken: number; waiting: Promise<boolean> }> {
  for (let taken = 0; ; taken += 1) {
    let done = false;
    const waiting = log.append(event(bytes)).then((added) => {
      done = true;
      return added;
    });
    await settle();
    if (!done) return { taken, waiting };
  }
}

describe('FrameLog', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), bytes: fc.nat(3000) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('usage' as const), bytes: fc.nat(10) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('progress' as const), bytes: fc.constant(0) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), bytes: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reattach' as const), bytes: fc.constant(0) }) },
  );

  it('gives a legal sequence without gaps, however handler and readers take turns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const log = new FrameLog('job_0001');
        const machine = createJobFrameMachine({ jobId: 'job_0001' });
        let reader = log.read(0)[Symbol.asyncIterator]();
        let next: Promise<unknown> | undefined;
        const take = () => {
          next ??= reader.next().then(({ value }) => {
            next = undefined;
            for (const frame of (value ?? []) as JobFrame[]) machine.accept(frame);
          });
        };
        let total = 0;
        let written = 0;
        await log.append(accepted);
        for (const { do: action, bytes } of steps) {
          if (action === 'append') {
            written += 1;
            void log.append(event(bytes));
          } else if (action === 'usage') {
            total += bytes;
            log.conflate(usage(total));
          } else if (action === 'progress') log.conflate({ type: 'progress', progress: { fraction: 0.5 } });
          else if (action === 'read') {
            take();
            await settle();
          } else if (next === undefined) {
            await reader.return(undefined);
            reader = log.read(machine.sequence)[Symbol.asyncIterator]();
          }
        }
        await log.append(result());
        while (machine.state !== 'ended') {
          take();
          await next;
        }
        expect(machine.usage).toEqual(
          total === 0 && machine.usage['steps'] === undefined ? {} : { steps: BigInt(total) },
        );
        expect(machine.sequence).toBeGreaterThanOrEqual(written + 2);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the order of frames whose appends were not awaited', async () => {
    const log = new FrameLog('job_0001');
    const appends = Array.from({ length: 3000 }, (_, at) =>
      log.append({ type: 'event', eventJson: new Uint8Array([at >> 8, at & 255]) }),
    );
    void Promise.all(appends).then(() => log.append(result()));
    const got = await readAll(log);
    const order = got.flatMap((frame) =>
      frame.type === 'event' ? [(frame.eventJson[0] as number) * 256 + (frame.eventJson[1] as number)] : [],
    );
    expect(order).toEqual(Array.from({ length: 3000 }, (_, at) => at));
  });

  it('makes the handler wait while nobody reads, and keeps at most 1,024 frames', async () => {
    const log = new FrameLog('job_0001');
    const { taken, waiting } = await fill(log);
    expect(taken).toBeGreaterThan(REPLAY_FRAMES_MAX - 10);
    log.conflate(usage(1));
    log.conflate({ type: 'progress', progress: {} });
    await log.append(result());
    expect(await waiting).toBe(false);
    const got = await readAll(log);
    expect(got[0]?.sequence).toBe(1);
    expect(got.at(-1)?.type).toBe('result');
    expect(got.length).toBeLessThanOrEqual(REPLAY_FRAMES_MAX);
  });

  it('keeps at most about 4 MiB, and room for the largest result', async () => {
    const log = new FrameLog('job_0001');
    const { taken } = await fill(log, 1024 * 1024 - 64);
    expect(taken).toBe(2);
    await log.append(result(2 * 1024 * 1024));
    expect(log.sizeBytes).toBeLessThan(REPLAY_BYTES_MAX + 1024);
    expect((await readAll(log)).map(({ type }) => type)).toEqual(['event', 'event', 'result']);
  });

  it('goes on when somebody reads', async () => {
    const log = new FrameLog('job_0001');
    const { waiting } = await fill(log);
    await log.read(0).next();
    expect(await waiting).toBe(true);
  });

  it('sends only the latest progress and usage', async () => {
    const log = new FrameLog('job_0001');
    for (let total = 1; total <= 50; total += 1) log.conflate(usage(total));
    await log.append(result());
    const got = await readAll(log);
    expect(got.map(({ type }) => type)).toEqual(['usage', 'result']);
    expect(got[0]).toMatchObject({ usage: { steps: 50n } });
  });

  it('replays the kept frames after a number, the same ones', async () => {
    const log = new FrameLog('job_0001');
    for (let at = 0; at < 10; at += 1) await log.append(event(at));
    await log.append(result());
    const first = await readAll(log);
    expect(await readAll(log, 4)).toEqual(first.slice(4));
    expect(await readAll(log, 11)).toEqual([]);
    expect(await readAll(log, 1000)).toEqual([]);
  });

  it('says JOB_REPLAY_GONE with the oldest number that is kept', async () => {
    const log = new FrameLog('job_0001');
    const reading = readAll(log);
    for (let at = 0; at < 5000; at += 1) await log.append(event());
    await log.append(result());
    await reading;
    const oldestSequence = 5001 - REPLAY_FRAMES_MAX + 1;
    await expect(readAll(log, 7)).rejects.toMatchObject({
      code: 'JOB_REPLAY_GONE',
      facts: { jobId: 'job_0001', afterSequence: 7, oldestSequence },
    });
    expect((await readAll(log, oldestSequence - 1)).length).toBe(REPLAY_FRAMES_MAX);
  });

  it('is not held up by a reader that was refused', async () => {
    const log = new FrameLog('job_0001');
    const reading = readAll(log);
    for (let at = 0; at < 3000; at += 1) await log.append(event());
    await expect(readAll(log, 0)).rejects.toMatchObject({ code: 'JOB_REPLAY_GONE' });
    for (let at = 0; at < 3000; at += 1) await log.append(event());
    await log.append(result());
    expect((await reading).length).toBe(6001);
  });

  it('follows the newest reader, and the one before when it leaves', async () => {
    const log = new FrameLog('job_0001');
    const older = readAll(log);
    await log.append(accepted);
    const newest = log.read(0);
    await newest.next();
    const { waiting } = await fill(log);
    await newest.return(undefined);
    expect(await waiting).toBe(true);
    for (let at = 0; at < 2000; at += 1) await log.append(event());
    await log.append(result());
    expect((await older).at(-1)?.type).toBe('result');
  });

  it('ends an older reader that falls behind what is kept with JOB_REPLAY_GONE', async () => {
    const log = new FrameLog('job_0001');
    const slow = log.read(0);
    await log.append(accepted);
    await slow.next();
    const newest = readAll(log);
    for (let at = 0; at < 3000; at += 1) await log.append(event());
    await log.append(result());
    expect((await newest).length).toBe(3002);
    await expect(slow.next()).rejects.toMatchObject({ code: 'JOB_REPLAY_GONE' });
  });

  it('lets an append that waits go when its signal is aborted', async () => {
    const log = new FrameLog('job_0001');
    await fill(log);
    const abort = new AbortController();
    const waiting = log.append(event(), abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });
});
