import { type Rational, rational } from './rational.ts';

/** Reads a decimal number of at least 0, exactly: `0.20`, `12`, `1,000.5`. Undefined when the text is none. */
export function parseDecimal(text: string): Rational | undefined {
  const match = /^(\d{1,78}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,78}))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = match[2] ?? '';
  return rational(BigInt(`${match[1]?.replaceAll(',', '')}${fraction}`), 10n ** BigInt(fraction.length));
}

/** Writes a fraction of at least 0 as a decimal number, exactly. Undefined when its digits never end (1/3). */
export function formatDecimal({ numerator, denominator }: Rational, digitsMin = 0): string | undefined {
  let digits = 0;
  let rest = denominator;
  for (const factor of [10n, 5n, 2n]) {
    for (; rest % factor === 0n; rest /= factor) digits += 1;
  }
  if (rest !== 1n) return undefined;
  const places = Math.max(digits, digitsMin);
  const text = String((numerator * 10n ** BigInt(places)) / denominator).padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places);
  const fraction = text.slice(text.length - places).replace(/0+$/, '');
  return fraction === '' && digitsMin === 0 ? whole : `${whole}.${fraction.padEnd(digitsMin, '0')}`;
}
