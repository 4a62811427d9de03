import { ByocError, formatPrice, parsePrice, rational } from '@byoc/core';

/** Reads an amount of money as wei: `0.1 ETH`, `30 gwei`, `1000 wei`. @throws ByocError INPUT_ARGUMENT_INVALID */
export function parseWei(argument: string): bigint {
  try {
    const { price, of } = parsePrice(argument);
    const { numerator, denominator } = price.amount;
    if (of === undefined && price.currency === 'wei' && denominator === 1n) return numerator;
  } catch (cause) {
    throw new ByocError('INPUT_ARGUMENT_INVALID', { argument, reason: 'an amount looks like `0.1 ETH`' }, { cause });
  }
  throw new ByocError('INPUT_ARGUMENT_INVALID', { argument, reason: 'an amount looks like `0.1 ETH`' });
}

/** Writes wei for people, exactly: in ETH when it is much, else in gwei or wei. */
export function formatWei(wei: bigint): string {
  return formatPrice({ currency: 'wei', amount: rational(wei) });
}
