import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPrice } from './format-price.ts';
import { formatPriceList } from './format-price-list.ts';
import { parsePrice } from './parse-price.ts';
import { parsePriceList } from './parse-price-list.ts';
import type { Price } from './price.ts';
import { priceOf } from './price-of.ts';
import { rational } from './rational.ts';
import { toPriceList } from './to-price-list.ts';
import { toPriceSheet } from './to-price-sheet.ts';

const amount = fc
  .tuple(
    fc.bigInt({ min: 0n, max: 10n ** 24n }),
    fc.oneof(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.constantFrom(1n, 10n ** 6n, 10n ** 9n, 3n, 2n ** 40n)),
  )
  .map(([numerator, denominator]) => rational(numerator, denominator));
const price: fc.Arbitrary<Price> = fc.record({ currency: fc.constantFrom('wei', 'usd'), amount });
const list = fc.record({
  base: price,
  meters: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/), price, { maxKeys: 4 }),
});

describe('parsePrice', () => {
  it.each([
    ['$0.20 / 1M output_tokens', 'usd', 1n, 5_000_000n, 'output_tokens'],
    ['12 wei / pixel', 'wei', 12n, 1n, 'pixel'],
    ['1.5 gwei/second', 'wei', 1_500_000_000n, 1n, 'second'],
    ['0.001 ETH', 'wei', 10n ** 15n, 1n, undefined],
    ['0.05 USD / 3,600 seconds', 'usd', 1n, 72_000n, 'seconds'],
    ['$ 3 / 2.5k images', 'usd', 3n, 2500n, 'images'],
    ['1 wei / 3', 'wei', 1n, 3n, undefined],
    ['0.5 wei / 1B pixels', 'wei', 1n, 2n * 10n ** 9n, 'pixels'],
  ])('reads %s exactly', (text, currency, numerator, denominator, of) => {
    expect(parsePrice(text)).toEqual({ price: { currency, amount: { numerator, denominator } }, of });
  });

  it.each([
    '',
    '/',
    '12',
    'wei',
    '-1 wei',
    '$1 wei',
    '1 wei /',
    '1 wei / 0 pixels',
    '1 wei / 1 M pixels',
    '1e3 wei',
    '1,00 wei',
    '1 wei / a / b',
    '$0.2 / 1T tokens',
    '1 DAI / pixel',
    '1 wei / Pixel',
    `${'9'.repeat(600)} wei`,
  ])('refuses `%s`', (text) =>
    expect(() => parsePrice(text)).toThrow(expect.objectContaining({ code: 'PRICE_TEXT_INVALID' })),
  );

  it('says what is wrong', () => {
    expect(() => parsePrice('12 / pixel')).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: \`12 / pixel\` is no price: the amount is not like \`$0.20\`, \`12 wei\`, \`3 gwei\` or \`0.001 ETH\`.
      Hint: Write \`$0.20 / 1M output_tokens\`, \`12 wei / pixel\` or \`0.001 ETH\`, joined by \` + \`.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#price_text_invalid]
    `);
  });
});

describe('formatPrice', () => {
  it.each([
    ['$0.20 / 1M output_tokens', '$0.20 / 1M output_tokens'],
    ['$0.0000002 / output_tokens', '$0.20 / 1M output_tokens'],
    ['12 wei / pixel', '12 wei / pixel'],
    ['1000000000 wei / second', '1 gwei / second'],
    ['1 wei / 3 pixels', '1 wei / 3 pixels'],
    ['0.5 wei / pixels', '500 wei / 1k pixels'],
    ['$1', '$1.00'],
    ['1000000000000000 wei', '0.001 ETH'],
    ['0 wei / pixels', '0 wei / pixels'],
    ['$0 / pixels', '$0.00 / pixels'],
  ])('writes %s as %s', (text, written) => {
    const parsed = parsePrice(text);
    expect(formatPrice(parsed.price, parsed.of)).toBe(written);
  });

  it('writes what parsePrice reads back, to the last digit', () => {
    fc.assert(
      fc.property(price, fc.constantFrom(undefined, 'pixels', 'k', 'm_1'), (value, of) => {
        expect(parsePrice(formatPrice(value, of))).toEqual({ price: value, of });
      }),
    );
  });
});

describe('a price list', () => {
  const meters = { pixels: { unit: 'pixel' }, input_tokens: { unit: 'token' }, output_tokens: { unit: 'token' } };

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(list, (value) => {
        const again = parsePriceList(formatPriceList(value));
        expect(again.meters).toEqual(value.meters);
        expect(again.base.amount).toEqual(value.base.amount);
      }),
    );
  });

  it('knows a meter by its name, or by its unit when only one counts in it', () => {
    const parsed = parsePriceList('$0.001 + 12 wei / pixel + $0.20 / 1M output_tokens', { meters });
    expect(formatPriceList(parsed)).toBe('$0.001 + 12 wei / pixels + $0.20 / 1M output_tokens');
    for (const text of ['1 wei / token', '1 wei / frames', '1 wei / pixel + 2 wei / pixels', '1 wei + 2 wei', '']) {
      expect(() => parsePriceList(text, { meters })).toThrow(expect.objectContaining({ code: 'PRICE_TEXT_INVALID' }));
    }
  });

  it('becomes wei without rounding, so that a job is rounded once', () => {
    // 3,000 USD for 1 ETH: a third of 10^15 wei for a dollar.
    const weiPerUsd = rational(10n ** 18n, 3000n);
    const sheet = toPriceSheet(parsePriceList('$0.00000000000000001 + $0.20 / 1M tokens'), { weiPerUsd });
    expect(sheet).toEqual({ baseWei: '1', basePer: '300', meters: { tokens: { amountWei: '200000000', per: '3' } } });
    expect(priceOf(sheet, { tokens: 1n })).toBe(66_666_667n);
    expect(priceOf(sheet, { tokens: 3n })).toBe(200_000_001n);
  });

  it('costs the exact sum of its parts, less than one wei more', () => {
    const units = fc.bigInt({ min: 0n, max: 2n ** 63n });
    const two = fc.record({ base: price, meters: fc.record({ a: price, b: price }) });
    const rate = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 20n }), fc.bigInt({ min: 1n, max: 10n ** 9n }));
    fc.assert(
      fc.property(two, units, units, rate, (value, a, b, [numerator, denominator]) => {
        const weiPerUsd = rational(numerator, denominator);
        const parts = [
          [value.base, 1n],
          [value.meters.a, a],
          [value.meters.b, b],
        ] as const;
        let exact = rational(0n);
        for (const [part, count] of parts) {
          const rateOf = part.currency === 'usd' ? weiPerUsd : rational(1n);
          const top = part.amount.numerator * rateOf.numerator * count;
          const bottom = part.amount.denominator * rateOf.denominator;
          exact = rational(exact.numerator * bottom + top * exact.denominator, exact.denominator * bottom);
        }
        const charged = priceOf(toPriceSheet(value, { weiPerUsd }), { a, b });
        const over = charged * exact.denominator - exact.numerator;
        expect(over >= 0n && over < exact.denominator).toBe(true);
      }),
    );
  });

  it('comes back from its sheet when it is in wei', () => {
    fc.assert(
      fc.property(list, (value) => {
        const inWei = {
          base: { ...value.base, currency: 'wei' as const },
          meters: Object.fromEntries(
            Object.entries(value.meters).map(([name, entry]) => [name, { ...entry, currency: 'wei' as const }]),
          ),
        };
        expect(toPriceList(toPriceSheet(inWei))).toEqual(inWei);
      }),
    );
  });

  it('needs a rate only when something is in dollars', () => {
    expect(toPriceSheet(parsePriceList('7 wei'))).toEqual({ baseWei: '7', meters: {} });
    expect(() => toPriceSheet(parsePriceList('$1 / pixels'))).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: A price is in dollars, and there is no price feed to turn it into wei.
      Hint: Set a price feed (a fixed rate, an HTTP address or a Chainlink contract), or set prices in wei.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#price_rate_missing]
    `);
  });
});
