import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { untilAborted } from './until-aborted.ts';

it('gives every item, and listens once for all of them', async () => {
  const stop = new AbortController();
  async function* items() {
    for (let item = 1; item <= 3; item += 1) yield item;
  }
  const got: [number, number][] = [];
  for await (const item of untilAborted(items(), stop.signal))
    got.push([item, getEventListeners(stop.signal, 'abort').length]);
  expect(got).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

it('rejects with the reason at once, though the items never answer', async () => {
  const stop = new AbortController();
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  const next = untilAborted(silent, stop.signal).next();
  stop.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});

it('lets the items go when its reader leaves', async () => {
  let left = false;
  async function* items() {
    try {
      for (;;) yield 1;
    } finally {
      left = true;
    }
  }
  for await (const _ of untilAborted(items(), new AbortController().signal)) break;
  expect(left).toBe(true);
});
