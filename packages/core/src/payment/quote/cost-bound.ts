import type { CapabilityContract } from '../../capability/capability.ts';
import { estimateUsage } from '../../capability/estimate-usage.ts';
import { priceOf } from '../../price/price-of.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';

/**
 * The most that an input can cost, wei, from the contract's own estimates; undefined when a meter with a price has none, or when
 * its estimate fails for this input. Caller and orchestrator work it out for themselves and come to the same wei.
 */
export function costBound(contract: CapabilityContract, price: PriceSheet, input: unknown): bigint | undefined {
  const priced = Object.fromEntries(
    Object.entries(contract.meters).filter(([meter]) => Object.hasOwn(price.meters, meter)),
  );
  if (Object.keys(price.meters).some((meter) => priced[meter]?.estimate === undefined)) return undefined;
  try {
    return priceOf(price, estimateUsage({ ...contract, meters: priced }, input) as Record<string, bigint>);
  } catch {
    return undefined;
  }
}
