import { estimateUsage, isByocError, parseInput } from '@byoc/core';
import { describe, expect, it } from 'vitest';
import { generate } from './generate.ts';

const estimate = (input: object) => estimateUsage(generate.contract, parseInput(generate, { prompt: '', ...input }));
const issuesOf = (input: object) => {
  try {
    parseInput(generate, { prompt: '', ...input });
  } catch (error) {
    if (isByocError(error, 'CAPABILITY_INPUT_INVALID')) return error.facts.issues;
    throw error;
  }
  return [];
};

describe('the estimate of image/generate', () => {
  const size = { width: 512, height: 768 };

  it.each([
    [{ ...size, steps: 20 }, 8n, 1n],
    [{ ...size, steps: 20, count: 4 }, 32n, 4n],
    [{ width: 128, height: 128, steps: 4 }, 1n, 1n],
    [{ ...size, steps: 20, source: { image: { $part: 'a' }, strength: 0.5 } }, 4n, 1n],
    [{ ...size, steps: 3, source: { image: { $part: 'a' }, strength: 0.1 } }, 1n, 1n],
    [{ ...size, steps: 20, source: { image: { $part: 'a' }, strength: 1 } }, 8n, 1n],
    [{}, 53n, 1n],
  ])('is exact for %j', (input, megapixelSteps, images) => {
    expect(estimate(input)).toEqual({ megapixel_steps: megapixelSteps, images });
  });
});

describe('the input of image/generate', () => {
  it.each([
    [{ width: 100 }, '/width'],
    [{ width: 0 }, '/width'],
    [{ height: 16_384 }, '/height'],
    [{ count: 0 }, '/count'],
    [{ count: 65 }, '/count'],
    [{ steps: 0 }, '/steps'],
    [{ seed: -1 }, '/seed'],
    [{ seed: 1.5 }, '/seed'],
    [{ prompt: 'x'.repeat(20_001) }, '/prompt'],
    [{ source: { image: { $part: 'a' }, strength: 0 } }, '/source/strength'],
    [{ source: { mask: { $part: 'a' } } }, '/source/image'],
    [{ loras: [{ name: 'a', weight: 9 }] }, '/loras/0/weight'],
    [{ format: 'gif' }, '/format'],
  ])('refuses %j by its field', (input, path) => {
    expect(issuesOf(input).map((issue) => issue.path)).toContain(path);
  });

  it('takes prompts that are empty, of emoji, and of any script', () => {
    for (const prompt of ['', '🔴 ⬛', '赤い円', 'دائرة حمراء']) expect(issuesOf({ prompt })).toEqual([]);
  });
});
