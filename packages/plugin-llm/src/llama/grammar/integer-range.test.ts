import fc from 'fast-check';
import { expect, it } from 'vitest';
import { integerRange } from './integer-range.ts';

/** The part of GBNF that ranges use is a regular expression in other clothes. */
function matcher(gbnf: string): RegExp {
  return new RegExp(`^(?:${gbnf.replaceAll('"', '').replaceAll(' ', '')})$`);
}

it('allows exactly the whole numbers from the least to the greatest', () => {
  const bound = fc.bigInt({ min: -2000n, max: 2000n });
  fc.assert(
    fc.property(bound, bound, fc.array(fc.bigInt({ min: -2500n, max: 2500n }), { minLength: 20 }), (a, b, tried) => {
      const [min, max] = a < b ? [a, b] : [b, a];
      const allowed = matcher(integerRange(min, max));
      for (const value of [...tried, min - 1n, min, max, max + 1n])
        expect([value, allowed.test(String(value))]).toEqual([value, value >= min && value <= max]);
    }),
  );
});

it('allows no leading zeros', () => {
  const allowed = matcher(integerRange(-10n, 100n));
  for (const text of ['00', '01', '-01', '-0', '0100']) expect(allowed.test(text)).toBe(false);
});
