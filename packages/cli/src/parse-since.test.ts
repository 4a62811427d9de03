import { expect, it } from 'vitest';
import { parseSinceMs } from './parse-since.ts';

const now = Date.parse('2026-11-26T12:00:00Z');

it.each([
  ['30d', '2026-10-27T12:00:00.000Z'],
  ['1.5h', '2026-11-26T10:30:00.000Z'],
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01T10:00:00+02:00', '2026-11-01T08:00:00.000Z'],
  ['100000d', '1970-01-01T00:00:00.000Z'],
])('reads %s', (text, expected) => {
  expect(new Date(parseSinceMs(text, { now })).toISOString()).toBe(expected);
});

it.each(['yesterday', '30', '2026-13-01', '2026', ''])('refuses `%s`', (text) => {
  expect(() => parseSinceMs(text, { now })).toThrow(expect.objectContaining({ code: 'INPUT_ARGUMENT_INVALID' }));
});
