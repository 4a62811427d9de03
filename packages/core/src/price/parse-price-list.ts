import type { Meter } from '../capability/capability.ts';
import { ByocError } from '../errors/byoc-error.ts';
import { parsePrice } from './parse-price.ts';
import type { Price, PriceList } from './price.ts';
import { rational } from './rational.ts';

/**
 * Reads a whole price list: prices joined by ` + `, at most one for each meter and at most one base fee.
 *
 * `meters` are those of the capability: with them, a price may name the unit of a meter (`pixel` for `pixels`), and a name that
 * fits none is refused. Without them, every name is taken for a meter.
 *
 * @throws ByocError PRICE_TEXT_INVALID
 *
 * @example
 * parsePriceList('$0.001 + $0.20 / 1M output_tokens')
 */
export function parsePriceList(
  text: string,
  { meters: known }: { meters?: Readonly<Record<string, Meter>> | undefined } = {},
): PriceList {
  const fail = (reason: string) => new ByocError('PRICE_TEXT_INVALID', { text: text.slice(0, 200), reason });
  let base: Price | undefined;
  const meters = new Map<string, Price>();
  for (const part of text.split('+')) {
    const { price, of } = parsePrice(part.trim());
    if (of === undefined) {
      if (base !== undefined) throw fail('it has two base fees');
      base = price;
      continue;
    }
    const meter = known === undefined ? of : meterNamed(of, known);
    if (meter === undefined) {
      throw fail(`\`${of}\` is no meter here; the meters are ${Object.keys(known ?? {}).join(', ') || 'none'}`);
    }
    if (meters.has(meter)) throw fail(`meter \`${meter}\` has two prices`);
    meters.set(meter, price);
  }
  return { base: base ?? { currency: 'wei', amount: rational(0n) }, meters: Object.fromEntries(meters) };
}

/** The meter of that name, or else the only one that counts in that unit. */
function meterNamed(name: string, known: Readonly<Record<string, Meter>>): string | undefined {
  if (Object.hasOwn(known, name)) return name;
  const counting = Object.keys(known).filter((meter) => known[meter]?.unit === name);
  return counting.length === 1 ? counting[0] : undefined;
}
