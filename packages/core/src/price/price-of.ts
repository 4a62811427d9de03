import type { PriceSheet } from './price-sheet.ts';

/**
 * The price of a usage in wei: the base fee and each meter's exact rational price, added up, then rounded up once.
 * A meter without a price is free; a priced meter without usage counts as 0.
 *
 * @throws RangeError for a negative meter
 */
export function priceOf(sheet: PriceSheet, usage: Readonly<Record<string, bigint>>): bigint {
  let numerator = BigInt(sheet.baseWei);
  let denominator = BigInt(sheet.basePer ?? '1');
  for (const [meter, price] of Object.entries(sheet.meters)) {
    const units = Object.hasOwn(usage, meter) ? (usage[meter] ?? 0n) : 0n;
    if (units < 0n) throw new RangeError(`meter ${meter} is negative: ${units}`);
    const per = BigInt(price.per);
    numerator = numerator * per + units * BigInt(price.amountWei) * denominator;
    denominator *= per;
  }
  return (numerator + denominator - 1n) / denominator;
}
