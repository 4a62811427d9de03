import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffDelayMs } from './backoff-delay.ts';

it('doubles up to its cap, and spreads within the upper half', () => {
  const least = [0, 1, 2, 3, 20].map((attempt) => backoffDelayMs(attempt, () => 0));
  expect(least).toEqual([100, 200, 400, 800, 5_000]);
  fc.assert(
    fc.property(fc.nat(5_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const delayMs = backoffDelayMs(attempt, () => chance, { baseMs: 100, capMs: 3_000 });
      const full = Math.min(3_000, 100 * 2 ** attempt);
      expect(delayMs).toBeGreaterThanOrEqual(full / 2);
      expect(delayMs).toBeLessThanOrEqual(full);
    }),
  );
});
