import { expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from '../runtime/float16.ts';
import { addLowRank } from './add-low-rank.ts';

const sum = {
  ...{ up: new Float32Array([1, 2]), down: new Float32Array([10, 20, 30]), rank: 1, scale: 0.5 },
  ...{ rows: 2, columns: 3 },
};
const bytesOf = (values: ArrayBufferView) => new Uint8Array(values.buffer as ArrayBuffer);

it('adds row by row, at any byte of a file', () => {
  const file = new Uint8Array(1 + 6 * 4);
  addLowRank(file.subarray(1), { ...sum, isTransposed: false, isHalf: false });
  expect([...new Float32Array(file.slice(1).buffer)]).toEqual([5, 10, 15, 10, 20, 30]);
});

it('adds column by column', () => {
  const values = new Float32Array([1, 1, 1, 1, 1, 1]);
  addLowRank(bytesOf(values), { ...sum, isTransposed: true, isHalf: false });
  expect([...values]).toEqual([6, 11, 11, 21, 16, 31]);
});

it('adds to halves', () => {
  const halves = toFloat16([0.5, 0, 0, 0, 0, 0]);
  addLowRank(bytesOf(halves), { ...sum, isTransposed: false, isHalf: true });
  expect([...fromFloat16(halves)]).toEqual([5.5, 10, 15, 10, 20, 30]);
});
