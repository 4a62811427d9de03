import { estimateUsage, isByocError, parseInput } from '@byoc/core';
import { describe, expect, it } from 'vitest';
import { upscale } from './upscale.ts';

const image = { $part: 'image' };
const estimate = (input: object) => estimateUsage(upscale.contract, parseInput(upscale, { image, ...input }));
const size = (width: number, height: number) => ({ imageSize: { width, height } });

describe('the estimate of image/upscale', () => {
  it.each([
    ['exact with both sizes', { ...size(1200, 900), scale: 2 }, 5n],
    ['exact to the pixel', { ...size(1000, 1000), scale: 1 }, 1n],
    ['rounded as pixels are', { ...size(333, 333), scale: 3.0001 }, 1n],
    ['exact for factors in between', { ...size(1001, 1001), scale: 1.5 }, 3n],
    ['a bound of four times without a scale', size(1000, 1000), 16n],
    ['a bound of 8192 × 8192 without a size', { scale: 2 }, 68n],
    ['the same without anything', {}, 68n],
  ])('is %s', (_, input, megapixels) => {
    expect(estimate(input)).toEqual({ megapixels, images: 1n });
  });
});

describe('the input of image/upscale', () => {
  it.each([
    [{ scale: 0.5 }, '/scale'],
    [{ scale: 17 }, '/scale'],
    [{ image: 'in.png' }, '/image'],
    [{ imageSize: { width: 0, height: 1 } }, '/imageSize/width'],
    [{ format: 'gif' }, '/format'],
    [{ quality: 101 }, '/quality'],
  ])('refuses %j by its field', (input, path) => {
    let issues: readonly { path: string }[] = [];
    try {
      parseInput(upscale, { image, ...input });
    } catch (error) {
      if (!isByocError(error, 'CAPABILITY_INPUT_INVALID')) throw error;
      issues = error.facts.issues;
    }
    expect(issues.map((issue) => issue.path)).toContain(path);
  });
});
