import type { CapabilityContract, UsagePolicy } from '../../capability/capability.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { Usage } from '../payment-provider.ts';

/** What is known of a meter with a price before a job starts. Plain JSON: it is kept in the job's row. */
export interface MeterTerms {
  readonly policy: UsagePolicy;
  /** The most that it can count for this input, decimal; absent when nobody can say. */
  readonly bound?: string | undefined;
}

/** By meter; meters without a price are not in it. */
export type UsageTerms = Readonly<Record<string, MeterTerms>>;

/** The terms of a job's meters: the contract's policies, and the bounds that were agreed to or estimated. */
export function usageTerms(contract: CapabilityContract, price: PriceSheet, bounds: Usage): UsageTerms {
  return Object.fromEntries(
    Object.keys(price.meters).map((meter) => {
      const { policy = 'reject' } = contract.meters[meter] ?? {};
      const bound = Object.hasOwn(bounds, meter) ? bounds[meter] : undefined;
      return [meter, bound === undefined ? { policy } : { policy, bound: String(bound) }];
    }),
  );
}
