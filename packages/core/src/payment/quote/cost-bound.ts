import { priceOf } from '../../price/price-of.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { Usage } from '../payment-provider.ts';

/** The most that a job can cost, wei, by the bounds of its meters; undefined when a meter with a price has none. */
export function costBound(price: PriceSheet, bounds: Usage): bigint | undefined {
  return Object.keys(price.meters).some((meter) => bounds[meter] === undefined) ? undefined : priceOf(price, bounds);
}
