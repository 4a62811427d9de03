import { formatPrice } from './format-price.ts';
import type { PriceList } from './price.ts';

/** Writes a price list for people, exactly: `parsePriceList` reads the same list back. A list of nothing is `0 wei`. */
export function formatPriceList(list: PriceList): string {
  const meters = Object.entries(list.meters).map(([meter, price]) => formatPrice(price, meter));
  const withBase = list.base.amount.numerator > 0n || meters.length === 0;
  return [...(withBase ? [formatPrice(list.base)] : []), ...meters].join(' + ');
}
