import { describe, expect, it } from 'vitest';
import { guessPicture } from './guess-picture.ts';

describe('guessPicture', () => {
  it('makes each latent a pixel of its channels', () => {
    const guess = {
      scale: 1,
      bias: [0, 0, 1],
      factors: [
        [1, 0, 0],
        [0, 1, -2],
      ],
    };
    const { pixels, ...size } = guessPicture(Float32Array.of(1, -1, 1, -1), guess, { width: 2, height: 1 });
    expect(size).toEqual({ width: 2, height: 1 });
    expect([...pixels]).toEqual([255, 255, 0, 0, 0, 255]);
  });

  it('makes each latent a square of pixels, row by row', () => {
    const reds = (...values: number[]) => values.flatMap((red) => [red, -1, -1]);
    const guess = { scale: 2, bias: reds(0, 0, 0, 0), factors: [reds(-1, 1, 1, -1).map((v, at) => (at % 3 ? 0 : v))] };
    const { pixels, ...size } = guessPicture(Float32Array.of(1, -1), guess, { width: 2, height: 1 });
    expect(size).toEqual({ width: 4, height: 2 });
    expect([...pixels].filter((_, at) => at % 3 === 0)).toEqual([0, 255, 255, 0, 255, 0, 0, 255]);
  });
});
