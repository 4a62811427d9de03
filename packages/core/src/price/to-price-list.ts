import type { PriceList } from './price.ts';
import type { PriceSheet } from './price-sheet.ts';
import { rational } from './rational.ts';

/** The price list that a price sheet is, in wei: what `formatPriceList` shows of an offer. */
export function toPriceList(sheet: PriceSheet): PriceList {
  const meters = Object.entries(sheet.meters).map(
    ([meter, { amountWei, per }]) =>
      [meter, { currency: 'wei', amount: rational(BigInt(amountWei), BigInt(per)) }] as const,
  );
  return {
    base: { currency: 'wei', amount: rational(BigInt(sheet.baseWei), BigInt(sheet.basePer ?? '1')) },
    meters: Object.fromEntries(meters),
  };
}
