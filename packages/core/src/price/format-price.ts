import { formatDecimal } from './decimal.ts';
import type { Price } from './price.ts';
import { type Rational, rational } from './rational.ts';

const COUNTS = [
  ['', 1n],
  ['k', 10n ** 3n],
  ['M', 10n ** 6n],
  ['B', 10n ** 9n],
] as const;

/**
 * Writes a price for people, exactly: what `parsePrice` reads back is the same price. `of` is the meter, or undefined for a
 * base fee.
 *
 * @example
 * formatPrice({ currency: 'wei', amount: rational(12n) }, 'pixels') // 12 wei / pixels
 */
export function formatPrice(price: Price, of?: string): string {
  if (of === undefined) return amountText(price.currency, price.amount) ?? fractionText(price);
  for (const [suffix, count] of COUNTS) {
    const amount = rational(price.amount.numerator * count, price.amount.denominator);
    if (!isReadable(price.currency, amount)) continue;
    return `${amountText(price.currency, amount)} / ${suffix === '' ? '' : `1${suffix} `}${of}`;
  }
  return fractionText(price, of);
}

/** Short enough to take in: whole wei, or dollars that are not mostly zeros. */
function isReadable(currency: Price['currency'], amount: Rational): boolean {
  if (currency === 'wei') return amount.denominator === 1n;
  if (amount.numerator === 0n) return true;
  return formatDecimal(amount) !== undefined && amount.numerator * 100n >= amount.denominator;
}

/** What no count of the list makes a short number: the numerator for so many units. */
function fractionText({ currency, amount }: Price, of = ''): string {
  return `${amountText(currency, rational(amount.numerator))} / ${`${amount.denominator} ${of}`.trim()}`;
}

function amountText(currency: Price['currency'], amount: Rational): string | undefined {
  if (currency === 'usd') {
    const text = formatDecimal(amount, 2);
    return text === undefined ? undefined : `$${text}`;
  }
  const texts = [
    ['wei', 1n],
    ['ETH', 10n ** 18n],
    ['gwei', 10n ** 9n],
  ].flatMap(([name, scale]) => {
    const text = formatDecimal(rational(amount.numerator, amount.denominator * (scale as bigint)));
    return text === undefined ? [] : [`${text} ${name}`];
  });
  return texts.toSorted((a, b) => a.length - b.length)[0];
}
