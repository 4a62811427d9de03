import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFree } from './is-free.ts';
import { parsePriceSheet } from './parse-price-sheet.ts';
import { priceOf } from './price-of.ts';
import { freePriceSheet } from './price-sheet.ts';

const wei = fc.bigInt({ min: 0n, max: 10n ** 30n });
const units = fc.bigInt({ min: 0n, max: 2n ** 63n });
const meters = ['a', 'b', 'c'] as const;
const usage = fc.record({ a: units, b: units, c: units });
const sheet = fc
  .tuple(wei, fc.array(fc.tuple(wei, fc.bigInt({ min: 1n, max: 10n ** 15n })), { minLength: 0, maxLength: 3 }))
  .map(([base, prices]) => ({
    baseWei: String(base),
    meters: Object.fromEntries(
      prices.map(([amount, per], index) => [meters[index] as string, { amountWei: String(amount), per: String(per) }]),
    ),
  }));

describe('priceOf', () => {
  it('rounds once, up, on the total', () => {
    const thirds = { baseWei: '0', meters: { a: { amountWei: '1', per: '3' }, b: { amountWei: '1', per: '3' } } };
    expect(priceOf(thirds, { a: 1n, b: 1n })).toBe(1n);
    expect(priceOf(thirds, { a: 1n, b: 2n })).toBe(1n);
    expect(priceOf(thirds, { a: 2n, b: 2n })).toBe(2n);
  });

  it('never undercharges, and never by a whole wei too much', () => {
    fc.assert(
      fc.property(sheet, usage, (prices, used) => {
        const scale = Object.values(prices.meters).reduce((product, price) => product * BigInt(price.per), 1n);
        const exact = Object.entries(prices.meters).reduce(
          (sum, [name, price]) => sum + (used[name as 'a'] * BigInt(price.amountWei) * scale) / BigInt(price.per),
          BigInt(prices.baseWei) * scale,
        );
        const charged = priceOf(prices, used) * scale;
        expect(charged >= exact && charged - exact < scale).toBe(true);
      }),
    );
  });

  it('never charges less for more: a quote for an upper bound is at least the charge', () => {
    fc.assert(
      fc.property(sheet, usage, usage, (prices, used, more) => {
        const bound = { a: used.a + more.a, b: used.b + more.b, c: used.c + more.c };
        expect(priceOf(prices, bound) >= priceOf(prices, used)).toBe(true);
      }),
    );
  });

  it('takes nothing for meters without a price, and counts missing meters as 0', () => {
    expect(priceOf(freePriceSheet, { a: 10n ** 18n })).toBe(0n);
    expect(priceOf({ baseWei: '7', meters: { a: { amountWei: '1', per: '1' } } }, {})).toBe(7n);
  });

  it('refuses a negative meter', () => {
    const prices = { baseWei: '0', meters: { a: { amountWei: '1', per: '1' } } };
    expect(() => priceOf(prices, { a: -1n })).toThrow(RangeError);
  });
});

describe('parsePriceSheet', () => {
  it('fills in defaults', () => {
    expect(parsePriceSheet({})).toEqual(freePriceSheet);
  });

  it('names every wrong field', () => {
    expect(() =>
      parsePriceSheet({ baseWei: '-1', meters: { a: { amountWei: 1, per: '0' } }, tax: '1' }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: The price sheet is invalid: \`/baseWei\` must be a whole number of wei, decimal; \`/meters/a/amountWei\` must be a string, got a number; \`/meters/a/per\` must be at least 1; \`/tax\` is not a known field.
      Hint: Write amounts as decimal text in wei, for example \`{ "baseWei": "0", "meters": {} }\`.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#price_sheet_invalid]
    `);
  });
});

describe('isFree', () => {
  it('is true only when no usage can cost anything', () => {
    expect(isFree(freePriceSheet)).toBe(true);
    expect(isFree({ baseWei: '0', meters: { a: { amountWei: '0', per: '1' } } })).toBe(true);
    expect(isFree({ baseWei: '0', meters: { a: { amountWei: '1', per: '1000' } } })).toBe(false);
    expect(isFree({ baseWei: '1', meters: {} })).toBe(false);
  });
});
