import { ByocError } from '../errors/byoc-error.ts';
import { parsePriceSheet } from './parse-price-sheet.ts';
import type { Price, PriceList } from './price.ts';
import type { PriceSheet } from './price-sheet.ts';
import { type Rational, rational } from './rational.ts';

/**
 * Turns a price list into a price sheet in wei. Nothing is rounded: dollars become wei as fractions, and `priceOf` rounds the
 * job's total once. `weiPerUsd` may be missing when no price is in dollars.
 *
 * @throws ByocError PRICE_RATE_MISSING, or PRICE_SHEET_INVALID when an amount has more than 78 digits
 */
export function toPriceSheet(list: PriceList, { weiPerUsd }: { weiPerUsd?: Rational | undefined } = {}): PriceSheet {
  const inWei = ({ currency, amount }: Price): Rational => {
    if (currency === 'wei' || amount.numerator === 0n) return amount;
    if (weiPerUsd === undefined) throw new ByocError('PRICE_RATE_MISSING', {});
    return rational(amount.numerator * weiPerUsd.numerator, amount.denominator * weiPerUsd.denominator);
  };
  const base = inWei(list.base);
  const meters = Object.entries(list.meters).map(([meter, price]) => {
    const { numerator, denominator } = inWei(price);
    return [meter, { amountWei: String(numerator), per: String(denominator) }] as const;
  });
  return parsePriceSheet({
    baseWei: String(base.numerator),
    ...(base.denominator === 1n ? {} : { basePer: String(base.denominator) }),
    meters: Object.fromEntries(meters),
  });
}
