import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapabilityContract } from './capability.ts';
import { estimateUsage } from './estimate-usage.ts';

function contract(estimate: string | undefined): CapabilityContract {
  return { name: 'a/b', version: '1.0.0', input: {}, output: {}, meters: { units: { unit: 'unit', estimate } } };
}

function estimate(expression: string, input: unknown): bigint | undefined {
  return estimateUsage(contract(expression), input)['units'];
}

function reasonOf(expression: string, input: unknown = {}): string {
  try {
    return `gave ${estimate(expression, input)}`;
  } catch (error) {
    return (error as { facts: { reason: string } }).facts.reason;
  }
}

describe('estimateUsage', () => {
  it('leaves a meter without an estimate undefined', () => {
    expect(estimateUsage(contract(undefined), {})).toEqual({ units: undefined });
  });

  it('counts characters as CEL does: code points', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(estimate('size(input.text)', { text })).toBe(BigInt([...text].length));
      }),
    );
  });

  it('adds, compares and rounds up', () => {
    const size = fc.record({ width: fc.nat(8192), height: fc.nat(8192) });
    fc.assert(
      fc.property(fc.array(size, { maxLength: 20 }), fc.nat(100_000), (renditions, frames) => {
        const total = estimate('sum(input.renditions.map(r, r.width * r.height * input.frames))', {
          renditions,
          frames,
        });
        expect(total).toBe(
          renditions.reduce((sum, r) => sum + BigInt(r.width) * BigInt(r.height) * BigInt(frames), 0n),
        );
      }),
    );
    expect(estimate('ceil(double(input.seconds) * 1.5)', { seconds: 1 })).toBe(2n);
    expect(estimate('ceil(double(input.seconds) * 1.5)', { seconds: 1.1 })).toBe(2n);
    expect(estimate('has(input.n) ? max(input.n, 3) : 7', {})).toBe(7n);
    expect(estimate('has(input.n) ? max(input.n, 3) : 7', { n: 1 })).toBe(3n);
  });

  it('gives a whole number of at least 0, or a catalogued error, whatever the input', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        try {
          expect(estimate('input.a * size(input.b) - 1', input)).toBeGreaterThanOrEqual(0n);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ESTIMATE_INVALID' });
        }
      }),
    );
  });

  it('says why an expression is refused', () => {
    expect(reasonOf('size(input.text')).toMatchInlineSnapshot(`"Expected RPAREN, got EOF"`);
    expect(reasonOf('other + 1')).toMatchInlineSnapshot(`"Unknown variable: other"`);
    expect(reasonOf('"text"')).toMatchInlineSnapshot(`"it gives a string, not a number"`);
    expect(reasonOf('input.a', { a: 1.5 })).toMatchInlineSnapshot(`"it gave 1.5, not a whole number"`);
    expect(reasonOf('input.a', { a: -1 })).toMatchInlineSnapshot(`"it gave -1, less than 0"`);
    expect(reasonOf('input.a')).toMatchInlineSnapshot(`"No such key: a"`);
    expect(reasonOf('9223372036854775807 + input.a', { a: 1 })).toMatchInlineSnapshot(
      `"integer overflow: 9223372036854775808"`,
    );
    expect(reasonOf('input.t.matches("(a+)+$") ? 1 : 2')).toMatchInlineSnapshot(
      `"it calls \`matches\`, which estimates do not have"`,
    );
    expect(reasonOf('cel.bind(x, 1, x)')).toMatchInlineSnapshot(`"it calls \`bind\`, which estimates do not have"`);
    expect(reasonOf('sum(input.a.map(x, size(input.a.filter(y, y == x))))')).toMatchInlineSnapshot(
      `"it has a loop (\`filter\`) within a loop"`,
    );
    expect(reasonOf(`${'1 + '.repeat(300)}1`)).toMatchInlineSnapshot(`"Exceeded maxAstNodes (250)"`);
    expect(reasonOf(' '.repeat(2001))).toMatchInlineSnapshot(`"it is longer than 2000 characters"`);
  });

  it('refuses an input whose cost would grow with its square', () => {
    const items = Array.from({ length: 5000 }, (_, index) => index);
    expect(reasonOf('size(input.items.filter(x, x in input.items))', { items })).toBe('the input is too large for it');
    expect(estimate('size(input.items.filter(x, x > 1))', { items })).toBe(4998n);
  });
});
