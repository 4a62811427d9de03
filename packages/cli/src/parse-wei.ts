import { ByocError, parsePrice } from '@byoc/core';

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

/** Writes wei for people, exactly: in ETH from a ten thousandth of one on, in gwei from a thousandth on, else in wei. */
export function formatWei(wei: bigint): string {
  if (wei < 0n) return `-${formatWei(-wei)}`;
  const [unit, digits] = wei >= 10n ** 14n ? ['ETH', 18] : wei >= 10n ** 6n ? ['gwei', 9] : ['wei', 0];
  const text = String(wei).padStart(digits + 1, '0');
  const fraction = text.slice(text.length - digits).replace(/0+$/, '');
  return `${text.slice(0, text.length - digits)}${fraction === '' ? '' : `.${fraction}`} ${unit}`;
}
