import type { CapabilityContract } from '../../capability/capability.ts';
import { estimateUsage } from '../../capability/estimate-usage.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { Usage } from '../payment-provider.ts';

/**
 * The most that each meter with a price can count for an input, by the contract's own estimates. A meter without one is not in
 * it, and none is when an estimate fails for this input. Caller and orchestrator work it out for themselves.
 */
export function usageBounds(contract: CapabilityContract, price: PriceSheet, input: unknown): Usage {
  const meters = Object.fromEntries(
    Object.entries(contract.meters).filter(
      ([meter, { estimate }]) => estimate !== undefined && Object.hasOwn(price.meters, meter),
    ),
  );
  try {
    return estimateUsage({ ...contract, meters }, input) as Usage;
  } catch {
    return {};
  }
}
