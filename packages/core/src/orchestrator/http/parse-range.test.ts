import { expect, it } from 'vitest';
import { parseRange } from './parse-range.ts';

it.each([
  [undefined, undefined],
  ['bytes=0-3', { first: 0, last: 3 }],
  ['bytes=4-', { first: 4, last: 9 }],
  ['bytes=-3', { first: 7, last: 9 }],
  ['bytes=-30', { first: 0, last: 9 }],
  ['bytes=5-100', { first: 5, last: 9 }],
  ['bytes=10-', 'invalid'],
  ['bytes=5-4', 'invalid'],
  ['bytes=-', 'invalid'],
  ['bytes=0-1,3-4', 'invalid'],
  ['bytes=-0', 'invalid'],
  ['chunks=0-1', 'invalid'],
])('reads %s of 10 bytes', (header, range) => {
  expect(parseRange(header, 10)).toEqual(range);
});
