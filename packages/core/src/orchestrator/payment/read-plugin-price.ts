import type { Meter } from '../../capability/capability.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { formatPriceList } from '../../price/format-price-list.ts';
import { parsePriceList } from '../../price/parse-price-list.ts';
import { parsePriceSheet } from '../../price/parse-price-sheet.ts';
import { toPriceSheet } from '../../price/to-price-sheet.ts';
import type { PluginPrice } from '../plugin-host.ts';

/**
 * Checks what an operator wants against the meters that it can be for. What needs no exchange rate becomes a price sheet.
 *
 * @throws ByocError PRICE_TEXT_INVALID, PRICE_SHEET_INVALID
 */
export function readPluginPrice(price: PluginPrice, meters: Readonly<Record<string, Meter>>): PluginPrice {
  if (!('list' in price)) {
    const sheet = parsePriceSheet(price);
    const strange = Object.keys(sheet.meters).filter((meter) => !Object.hasOwn(meters, meter));
    const issues = strange.map((meter) => ({ path: `/meters/${meter}`, message: 'is no meter here' }));
    if (issues.length > 0) throw new ByocError('PRICE_SHEET_INVALID', { issues });
    return sheet;
  }
  const list = parsePriceList(price.list, { meters });
  const inDollars = [list.base, ...Object.values(list.meters)].some(({ currency }) => currency === 'usd');
  return inDollars ? { list: formatPriceList(list) } : toPriceSheet(list);
}
