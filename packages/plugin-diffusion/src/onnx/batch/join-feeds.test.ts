import { describe, expect, it } from 'vitest';
import type { Tensor, TensorInfo } from '../../runtime/tensor.ts';
import { isSameOutput, joinFeeds, splitOutputs } from './join-feeds.ts';

const inputs: readonly TensorInfo[] = [
  { name: 'timestep', type: 'int64', shape: [] },
  { name: 'sample', type: 'float32', shape: ['batch', 1, 'height', 2] },
];
const floats = (dims: readonly number[], ...data: number[]): Tensor => ({
  type: 'float32',
  dims,
  data: Float32Array.from(data),
});
const feeds = (timestep: bigint, sample: Tensor) => ({
  timestep: { type: 'int64', dims: [], data: BigInt64Array.of(timestep) } satisfies Tensor,
  sample,
});

describe('feeds of several pictures', () => {
  const one = feeds(5n, floats([1, 1, 1, 2], 1, 2));
  const two = feeds(5n, floats([2, 1, 1, 2], 3, 4, 5, 6));

  it('are joined along the batch, and split again', () => {
    const joined = joinFeeds(inputs, [one, two]);
    expect(joined?.feeds).toEqual(feeds(5n, floats([3, 1, 1, 2], 1, 2, 3, 4, 5, 6)));
    expect(splitOutputs({ y: floats([3, 1], 7, 8, 9) }, joined?.parts ?? [])).toEqual([
      { y: floats([1, 1], 7) },
      { y: floats([2, 1], 8, 9) },
    ]);
  });

  it.each([
    ['another timestep', inputs, feeds(6n, two.sample)],
    ['another size', inputs, feeds(5n, floats([1, 1, 2, 2], 1, 2, 3, 4))],
    ['a network of a fixed batch', [{ name: 'sample', type: 'float32', shape: [1, 1, 1, 2] }], two],
  ])('are not joined with %s', (_name, of, other) => {
    expect(joinFeeds(of, [one, other])).toBeUndefined();
  });

  it('tell results that differ in one bit', () => {
    expect(isSameOutput({ y: floats([1], 0.1) }, { y: floats([1], 0.1) })).toBe(true);
    expect(isSameOutput({ y: floats([1], 0) }, { y: floats([1], -0) })).toBe(false);
  });
});
