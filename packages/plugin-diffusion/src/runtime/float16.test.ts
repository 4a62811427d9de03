import { expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from './float16.ts';

it('packs and unpacks every half', () => {
  const all = Uint16Array.from({ length: 65_536 }, (_, at) => at);
  const numbers = all.filter((half) => (half & 0x7c00) !== 0x7c00);
  expect(toFloat16(fromFloat16(numbers))).toEqual(numbers);
});

it.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65_504, 0x7bff],
  [65_520, 0x7c00],
  [1e9, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 ** -24, 1],
  [2 ** -26, 0],
  [-0, 0x8000],
])('rounds %d to 0x%s', (value, half) => {
  expect([...toFloat16([value])]).toEqual([half]);
});

it('keeps what is no number', () => {
  expect([...fromFloat16(toFloat16([Number.NaN]))]).toEqual([Number.NaN]);
});
