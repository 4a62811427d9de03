import { expect, it } from 'vitest';
import { parseEnvironment } from './parse-environment.ts';

it('reads names and values, whatever stands in a value', () => {
  expect(parseEnvironment(['A=1', 'B=', 'C=x=y z', 'A=2'])).toEqual({ A: '2', B: '', C: 'x=y z' });
});

it.each(['A', '=1', ''])('refuses `%s`', (arg) => {
  expect(() => parseEnvironment([arg])).toThrow('it is not `NAME=VALUE`');
});
