import { expect, it } from 'vitest';
import { type Breaker, type BreakerEvent, breakerAllows, closedBreaker, nextBreaker } from './breaker.ts';

const two: Breaker = { state: 'closed', failures: 2 };
const open: Breaker = { state: 'open', until: 1_000, openMs: 5_000 };
const trial: Breaker = { state: 'half-open', since: 1_000, openMs: 5_000 };

it.each<[string, Breaker, BreakerEvent, number, Breaker]>([
  ['counts a failure', closedBreaker, 'failure', 0, { state: 'closed', failures: 1 }],
  ['opens at the third in a row', two, 'failure', 100, { state: 'open', until: 5_100, openMs: 5_000 }],
  ['forgets failures at a success', two, 'success', 0, closedBreaker],
  ['stays closed at an attempt', two, 'attempt', 0, two],
  ['stays open at an early attempt', open, 'attempt', 999, open],
  ['lets one trial in after the open time', open, 'attempt', 1_000, trial],
  ['does not open longer for a late failure', open, 'failure', 500, open],
  ['closes after a trial that went well', trial, 'success', 1_100, closedBreaker],
  [
    'opens for twice as long after a trial that failed',
    trial,
    'failure',
    2_000,
    { state: 'open', until: 12_000, openMs: 10_000 },
  ],
  ['lets no second trial in', trial, 'attempt', 5_999, trial],
  ['forgets a trial that never reported back', trial, 'attempt', 6_000, { ...trial, since: 6_000 }],
])('%s', (_, before, event, now, after) => {
  expect(nextBreaker(before, event, now)).toEqual(after);
});

it('never opens for longer than its policy says', () => {
  let breaker: Breaker = two;
  for (let now = 0, round = 0; round < 20; round += 1) {
    breaker = nextBreaker(breaker, 'failure', now);
    if (breaker.state === 'open') {
      expect(breaker.openMs).toBeLessThanOrEqual(120_000);
      expect(breakerAllows(breaker, breaker.until - 1)).toBe(false);
      now = breaker.until;
      expect(breakerAllows(breaker, now)).toBe(true);
    }
    breaker = nextBreaker(breaker, 'attempt', now);
  }
});
