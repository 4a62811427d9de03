import { ByocError } from '../../../errors/byoc-error.ts';

/** What a transaction offers for a unit of gas. Wei. */
export interface GasFees {
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
}

/**
 * Plans the fees of a transaction: twice the base fee, so that it survives six full blocks, never above the operator's limit. A
 * replacement offers an eighth more than what it replaces, as nodes demand.
 *
 * @throws ByocError CHAIN_GAS_TOO_DEAR when the limit does not cover today's price, or the replacement's
 */
export function planGasFees(
  { baseFeeWei, priorityFeeWei }: { readonly baseFeeWei: bigint; readonly priorityFeeWei: bigint },
  { gasPriceMaxWei, replaces }: { gasPriceMaxWei?: bigint | undefined; replaces?: GasFees | undefined } = {},
): GasFees {
  const priority = max(priorityFeeWei, replaces === undefined ? 0n : raised(replaces.maxPriorityFeePerGasWei));
  const least = max(baseFeeWei + priority, replaces === undefined ? 0n : raised(replaces.maxFeePerGasWei));
  if (gasPriceMaxWei !== undefined && least > gasPriceMaxWei) {
    throw new ByocError('CHAIN_GAS_TOO_DEAR', { gasPriceWei: String(least), limitWei: String(gasPriceMaxWei) });
  }
  const wished = max(2n * baseFeeWei + priority, least);
  const maxFeePerGasWei = gasPriceMaxWei !== undefined && wished > gasPriceMaxWei ? gasPriceMaxWei : wished;
  return { maxFeePerGasWei, maxPriorityFeePerGasWei: priority };
}

function raised(fee: bigint): bigint {
  return fee + fee / 8n + 1n;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
