import { expect, it } from 'vitest';
import { repeatedOption } from './repeated-option.ts';

const known = { key: { 'data-dir': true, input: true, price: true }, array: ['input'] };

it('finds the option that was given twice and takes one value', () => {
  expect(repeatedOption({ _: ['run', 'x'], 'data-dir': ['a', 'b'], dataDir: ['a', 'b'] }, known)).toBe('data-dir');
});

it('leaves lists, single values and positionals alone', () => {
  expect(repeatedOption({ _: ['run', 'x'], input: ['a=1', 'b=2'], 'data-dir': 'a', price: undefined }, known)).toBe(
    undefined,
  );
});
