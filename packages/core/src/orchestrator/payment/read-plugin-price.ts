import type { Manifest } from '../../manifest/manifest.ts';
import { formatPriceList } from '../../price/format-price-list.ts';
import { parsePriceList } from '../../price/parse-price-list.ts';
import { parsePriceSheet } from '../../price/parse-price-sheet.ts';
import { toPriceSheet } from '../../price/to-price-sheet.ts';
import type { PluginPrice } from '../plugin-host.ts';

/**
 * Checks what an operator wants for a plugin against the plugin's meters. What needs no exchange rate becomes a price sheet.
 *
 * @throws ByocError PRICE_TEXT_INVALID, PRICE_SHEET_INVALID
 */
export function readPluginPrice(price: PluginPrice, manifest: Manifest): PluginPrice {
  if (!('list' in price)) return parsePriceSheet(price);
  const meters = Object.assign({}, ...manifest.capabilities.map(({ contract }) => contract.meters));
  const list = parsePriceList(price.list, { meters });
  const inDollars = [list.base, ...Object.values(list.meters)].some(({ currency }) => currency === 'usd');
  return inDollars ? { list: formatPriceList(list) } : toPriceSheet(list);
}
