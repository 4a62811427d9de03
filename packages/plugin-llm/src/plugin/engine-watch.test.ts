import { expect, it } from 'vitest';
import { EngineWatch } from './engine-watch.ts';

const forever = new Promise<never>(() => {});
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const job = () => new AbortController().signal;

it('lets an engine speak that takes its time', async () => {
  const watch = new EngineWatch(job(), { silenceMs: 60_000, onDeaf: () => expect.unreachable() });
  expect(await watch.wait(Promise.resolve(7))).toBe(7);
  await expect(watch.wait(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(watch.signal.aborted).toBe(false);
});

it('stops an engine that says nothing for too long, and says so', async () => {
  const watch = new EngineWatch(job(), { silenceMs: 1, onDeaf: () => expect.unreachable() });
  await expect(watch.wait(untilAborted(watch.signal))).rejects.toMatchObject({
    ...{ reason: 'engine-hangs', message: 'The engine has said nothing for 1 ms.', recovery: 'retry-other' },
  });
});

it('gives up an engine that does not even stop', async () => {
  const given: string[] = [];
  const watch = new EngineWatch(job(), { silenceMs: 1, onDeaf: ({ reason }) => given.push(reason) });
  await expect(watch.wait(forever)).rejects.toMatchObject({ reason: 'engine-hangs' });
  expect(given).toEqual(['engine-hangs']);
});

it('passes on what ends the job itself', async () => {
  const caller = new AbortController();
  const watch = new EngineWatch(caller.signal, { silenceMs: 60_000, onDeaf: () => expect.unreachable() });
  const waiting = watch.wait(untilAborted(watch.signal));
  caller.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
});
