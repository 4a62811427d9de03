import { ByocError } from '../errors/byoc-error.ts';
import { parseDecimal } from './decimal.ts';
import type { Price } from './price.ts';
import { rational } from './rational.ts';

const WEI_PER: Readonly<Record<string, bigint>> = { wei: 1n, gwei: 10n ** 9n, eth: 10n ** 18n };
const COUNTS: Readonly<Record<string, bigint>> = { '': 1n, k: 10n ** 3n, M: 10n ** 6n, B: 10n ** 9n };

/** A price and what it is for: the name after the slash, or undefined for a base fee. */
export interface ParsedPrice {
  readonly price: Price;
  readonly of: string | undefined;
}

/**
 * Reads a price as people write it. `k`, `M` and `B` multiply the count; commas may part thousands.
 *
 * @throws ByocError PRICE_TEXT_INVALID
 *
 * @example
 * parsePrice('$0.20 / 1M output_tokens') // 1/5,000,000 of a dollar for one output token
 * parsePrice('12 wei / pixel')
 * parsePrice('0.001 ETH') // a base fee
 */
export function parsePrice(text: string): ParsedPrice {
  const fail = (reason: string) => new ByocError('PRICE_TEXT_INVALID', { text: text.slice(0, 200), reason });
  const [amountText = '', ofText, ...more] = text.slice(0, 500).split('/');
  if (more.length > 0) throw fail('it has more than one `/`');
  const price = parseAmount(amountText.trim());
  if (price === undefined) throw fail('the amount is not like `$0.20`, `12 wei`, `3 gwei` or `0.001 ETH`');
  if (ofText === undefined) return { price, of: undefined };
  // A count alone (`1 wei / 3`) is a base fee that no decimal can say.
  const match = /^(?:([\d,.]+)([kMB]?)(?:\s+|$))?([a-z][a-z0-9_]*)?$/.exec(ofText.trim());
  if (match === null || match[0] === '')
    throw fail('after the `/` comes a meter, with a count before it if need be: `1M output_tokens`');
  const count = parseDecimal(match[1] ?? '1');
  const scale = COUNTS[match[2] ?? ''] as bigint;
  if (count === undefined || count.numerator === 0n) throw fail('the count is not a number above 0');
  const { numerator, denominator } = price.amount;
  const amount = rational(numerator * count.denominator, denominator * count.numerator * scale);
  return { price: { currency: price.currency, amount }, of: match[3] };
}

function parseAmount(text: string): Price | undefined {
  const match = /^(\$?)\s*([\d,.]+)\s*(wei|gwei|eth|usd|)$/i.exec(text);
  const amount = parseDecimal(match?.[2] ?? '');
  if (match === null || amount === undefined) return undefined;
  const name = (match[3] ?? '').toLowerCase();
  const dollars = match[1] === '$';
  if (dollars || name === 'usd') {
    return name === '' || name === 'usd' ? { currency: 'usd', amount } : undefined;
  }
  const scale = WEI_PER[name];
  if (scale === undefined) return undefined;
  return { currency: 'wei', amount: rational(amount.numerator * scale, amount.denominator) };
}
