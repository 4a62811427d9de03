import type { PriceSheet } from './price-sheet.ts';

/** Tells whether a price sheet costs nothing, whatever the usage. */
export function isFree(sheet: PriceSheet): boolean {
  return BigInt(sheet.baseWei) === 0n && Object.values(sheet.meters).every((price) => BigInt(price.amountWei) === 0n);
}
