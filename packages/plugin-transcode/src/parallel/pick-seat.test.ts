import { expect, it } from 'vitest';
import { pickSeat } from './pick-seat.ts';

const offer = (url: string, slotsTotal: number, state: 'ready' | 'unavailable' = 'ready') => ({
  orchestrator: { url, address: url, labels: {} },
  slotsTotal,
  state,
});
const none = new Set<string>();

it('fills the slots of all orchestrators evenly, and no more than there are', () => {
  const offers = [offer('a', 2), offer('b', 4), offer('c', 8, 'unavailable')];
  const taken = new Map<string, number>();
  const order: (string | undefined)[] = [];
  for (let seat = 0; seat < 7; seat += 1) {
    const url = pickSeat(offers, taken, none);
    order.push(url);
    if (url !== undefined) taken.set(url, (taken.get(url) ?? 0) + 1);
  }
  expect(order.filter((url) => url === 'a')).toHaveLength(2);
  expect(order.filter((url) => url === 'b')).toHaveLength(4);
  expect(order.at(-1)).toBeUndefined();
});

it('goes back to an orchestrator that failed only when there is no other', () => {
  expect(pickSeat([offer('a', 9), offer('b', 1)], new Map(), new Set(['a']))).toBe('b');
  expect(pickSeat([offer('a', 9)], new Map(), new Set(['a']))).toBe('a');
});

it('counts one slot for a plugin that is cold', () => {
  expect(pickSeat([offer('a', 0)], new Map(), none)).toBe('a');
  expect(pickSeat([offer('a', 0)], new Map([['a', 1]]), none)).toBeUndefined();
});
