import { expect, it } from 'vitest';
import { selectFrameRate } from './select-frame-rate.ts';

const rate = (num: number, den = 1) => ({ num, den });

it('keeps a constant rate, names the standard one near a varying rate, and thins by whole parts', () => {
  expect(selectFrameRate({ averageRate: rate(30000, 1001), realRate: rate(30000, 1001) })).toEqual(rate(30000, 1001));
  expect(selectFrameRate({ averageRate: rate(2987, 100), realRate: rate(90) })).toEqual(rate(30000, 1001));
  expect(selectFrameRate({ averageRate: undefined, realRate: undefined })).toEqual(rate(25));
  expect(selectFrameRate({ averageRate: rate(60), realRate: rate(60) }, 30)).toEqual(rate(60, 2));
  expect(selectFrameRate({ averageRate: rate(60), realRate: rate(60) }, 25)).toEqual(rate(60, 3));
});
