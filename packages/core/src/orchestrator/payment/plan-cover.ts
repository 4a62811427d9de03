import { greatestOf, leastOf } from '../../primitives/least-of.ts';

/**
 * The total that ought to be held for a job that has cost so much: nothing more while half of the hold is left, then twice as
 * much, so that a job of any length is topped up early and not often; never above its limit. All wei.
 */
export function planCover(job: { costWei: bigint; heldWei: bigint; limitWei: bigint }): bigint {
  const { costWei, heldWei, limitWei } = job;
  if (heldWei >= limitWei || costWei * 2n < heldWei) return heldWei;
  return leastOf(greatestOf(costWei, heldWei) * 2n, limitWei);
}
