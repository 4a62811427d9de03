import { expect, it } from 'vitest';
import { peakBitrate } from './peak-bitrate.ts';

const segments = (...list: [seconds: number, bytes: number][]) => list.map(([seconds, bytes]) => ({ seconds, bytes }));

it('takes the densest run of half to one and a half target durations', () => {
  // The short last segment alone is no run: with the one before it, it is.
  expect(peakBitrate(segments([4, 4000], [4, 8000], [1, 4000]))).toBe(Math.ceil((12_000 * 8) / 5));
  expect(peakBitrate(segments([2, 1000], [2, 5000], [2, 1000]))).toBe(20_000);
});

it('is the average when no run is long enough, and 0 of nothing', () => {
  expect(peakBitrate(segments([0.3, 300]))).toBe(8000);
  expect(peakBitrate([])).toBe(0);
});
