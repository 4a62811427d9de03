import { expect, it } from 'vitest';
import { formatWei, parseWei } from './parse-wei.ts';

it.each([
  ['0 wei', 0n],
  ['999999 wei', 999_999n],
  ['0.001 gwei', 1_000_000n],
  ['8 gwei', 8_000_000_000n],
  ['99999.999999999 gwei', 99_999_999_999_999n],
  ['0.0001 ETH', 10n ** 14n],
  ['97.999900534999303745 ETH', 97_999_900_534_999_303_745n],
  ['100 ETH', 10n ** 20n],
])('writes and reads %s', (text, wei) => {
  expect(formatWei(wei)).toBe(text);
  expect(parseWei(text)).toBe(wei);
});

it('writes what is below 0', () => {
  expect(formatWei(-2_500_000_000n)).toBe('-2.5 gwei');
});

it('reads what people type', () => {
  expect([parseWei('0.001eth'), parseWei('1,000 wei'), parseWei(' 2GWEI ')]).toEqual([
    10n ** 15n,
    1000n,
    2n * 10n ** 9n,
  ]);
});

it.each(['5000', '$1', '1 wei / pixel', '0.1 wei', '-1 wei', '', '1e3 wei', '0x10 wei'])('refuses `%s`', (text) => {
  expect(() => parseWei(text)).toThrow(expect.objectContaining({ code: 'INPUT_ARGUMENT_INVALID' }));
});
