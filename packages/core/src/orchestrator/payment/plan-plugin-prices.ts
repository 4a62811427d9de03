import type { Meter } from '../../capability/capability.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { freePriceSheet } from '../../price/price-sheet.ts';
import type { PluginPrice, PluginPrices } from '../plugin-host.ts';
import { readPluginPrice } from './read-plugin-price.ts';

/** What an operator changes. Without a price, the capability costs what the others do. */
export interface PriceChange {
  readonly price?: PluginPrice | undefined;
  /** `namespace/name`; absent: every capability without a price of its own. */
  readonly capability?: string | undefined;
}

/**
 * The prices of a plugin after a change, checked against its meters; those of capabilities that it does not have are gone.
 *
 * @throws ByocError PRICE_TEXT_INVALID, PRICE_SHEET_INVALID, CAPABILITY_NOT_OFFERED
 */
export function planPluginPrices(
  before: PluginPrices | undefined,
  { capabilities }: Pick<Manifest, 'capabilities'>,
  { price, capability }: PriceChange,
): PluginPrices {
  const metersOf = (name?: string): Record<string, Meter> =>
    Object.assign(
      {},
      ...capabilities.flatMap(({ contract }) => ((name ?? contract.name) === contract.name ? [contract.meters] : [])),
    );
  const offered = [...new Set(capabilities.map(({ contract }) => contract.name))];
  if (capability !== undefined && !offered.includes(capability))
    throw new ByocError('CAPABILITY_NOT_OFFERED', { capability, offered });
  const wanted = (capability === undefined ? price : undefined) ?? before?.default ?? freePriceSheet;
  const own = new Map(Object.entries(before?.capabilities ?? {}));
  if (capability !== undefined && price === undefined) own.delete(capability);
  if (capability !== undefined && price !== undefined) own.set(capability, price);
  return {
    default: readPluginPrice(wanted, metersOf()),
    capabilities: Object.fromEntries(
      offered.flatMap((name) => {
        const found = own.get(name);
        return found === undefined ? [] : [[name, readPluginPrice(found, metersOf(name))]];
      }),
    ),
  };
}
