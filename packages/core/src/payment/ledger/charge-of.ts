import { priceOf } from '../../price/price-of.ts';
import { assertNever } from '../../primitives/assert-never.ts';
import type { JobOutcome, Quote, Usage } from '../payment-provider.ts';

/**
 * What a job costs in wei, once it has ended: nothing when no output came or the orchestrator failed; else the price of what was
 * metered, at most the quote. Both sides work it out for themselves and come to the same wei.
 */
export function chargeOf(quote: Pick<Quote, 'price' | 'maxCostWei'>, outcome: JobOutcome, usage: Usage): bigint {
  switch (outcome) {
    case 'failed-before-output':
    case 'failed-by-orchestrator':
      return 0n;
    case 'succeeded':
    case 'failed-midway':
    case 'cancelled-midway': {
      const cost = priceOf(quote.price, usage);
      if (cost > quote.maxCostWei) return quote.maxCostWei;
      return cost;
    }
    default:
      return assertNever(outcome);
  }
}
