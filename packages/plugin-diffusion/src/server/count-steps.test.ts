import { expect, it } from 'vitest';
import { StepCount } from './count-steps.ts';

const claim = (step: number, steps: number | undefined = undefined) => ({ step, steps });

it('gives each step once, in order, however far apart the claims are', () => {
  const count = new StepCount(6);
  expect([claim(0), claim(2), claim(2), claim(5)].map((one) => count.take(one))).toEqual([[], [1, 2], [], [3, 4, 5]]);
  expect(count.finish({ isCached: false })).toEqual([6]);
  expect(count.lie).toBeUndefined();
});

it.each([
  ['backwards', [claim(3, 4), claim(1, 4)], 'step 1 after step 3'],
  ['beyond what was asked for', [claim(9, 9)], 'step 9 of 9'],
  ['beyond its own total', [claim(3, 2)], 'step 3 of 2'],
])('never counts %s, and remembers the lie', (_, claims, lie) => {
  const count = new StepCount(4);
  const counted = claims.flatMap((one) => count.take(one));
  expect([...counted, ...count.finish({ isCached: false })].length).toBeLessThanOrEqual(4);
  expect(count.lie).toBe(lie);
});

it('counts what the server says that it runs where that is less, and nothing where the picture was there still', () => {
  const fewer = new StepCount(20);
  fewer.take(claim(1, 12));
  expect(fewer.finish({ isCached: false }).at(-1)).toBe(12);
  expect(new StepCount(20).finish({ isCached: true })).toEqual([]);
});
