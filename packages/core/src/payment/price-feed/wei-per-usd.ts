import { parseDecimal } from '../../price/decimal.ts';
import { type Rational, rational } from '../../price/rational.ts';

const WEI_PER_ETH = 10n ** 18n;

/** Wei for one dollar, from a price like `3012.57` dollars for one ether. Undefined unless it is a decimal above 0. */
export function weiPerUsd(usdPerEth: string): Rational | undefined {
  const usd = parseDecimal(usdPerEth);
  if (usd === undefined || usd.numerator === 0n) return undefined;
  return rational(WEI_PER_ETH * usd.denominator, usd.numerator);
}
