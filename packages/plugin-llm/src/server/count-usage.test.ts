import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUsage, type LocalCount } from './count-usage.ts';

const local: LocalCount = {
  ...{
    pieces: 10,
    bytes: 50,
    reasoningPieces: 0,
    prompt: { tokens: 20, exact: true, likely: 20 },
    outputTokensMax: 100,
  },
};
const claim = (prompt: number, output: number, cached = 0) => ({
  prompt_tokens: prompt,
  completion_tokens: output,
  prompt_tokens_details: { cached_tokens: cached },
});

describe('the usage that a server claims', () => {
  it('is charged when it can be true, the cached part apart', () => {
    expect(checkUsage(claim(20, 12, 8), local)).toEqual({
      usage: { inputTokens: 12, cachedInputTokens: 8, outputTokens: 12, reasoningTokens: 0 },
      problem: undefined,
    });
  });

  it('is replaced by the count when it is missing', () => {
    expect(checkUsage(undefined, local)).toMatchObject({
      usage: { inputTokens: 20, outputTokens: 10 },
      problem: 'it told none',
    });
  });

  it.each([
    [
      'more output than bytes',
      claim(20, 5_000),
      { outputTokens: 10 },
      'it claims 5000 tokens for an answer of at most 100',
    ],
    [
      'less output than pieces',
      claim(20, 1),
      { outputTokens: 10 },
      'it claims 1 tokens for an answer that came in 10 pieces',
    ],
    ['another prompt', claim(9_000, 12), { inputTokens: 20 }, 'it claims 9000 tokens for a prompt of 20'],
  ])('is replaced where it claims %s', (_, claimed, usage, problem) => {
    expect(checkUsage(claimed, local)).toMatchObject({ usage, problem });
  });

  it('is never charged beyond what there was, nor for nothing', () => {
    const count = fc.nat(100_000);
    fc.assert(
      fc.property(
        fc.option(fc.record({ prompt_tokens: count, completion_tokens: count }), { nil: undefined }),
        fc.record({
          pieces: fc.nat(500),
          extra: count,
          promptTokens: fc.integer({ min: 1, max: 10_000 }),
          promptExact: fc.boolean(),
        }),
        (claimed, { pieces, extra, promptTokens, promptExact }) => {
          const bytes = pieces + extra;
          const likely = promptExact ? promptTokens : Math.ceil(promptTokens / 4);
          const prompt = { tokens: promptTokens, exact: promptExact, likely };
          const { usage } = checkUsage(claimed, {
            prompt,
            pieces,
            bytes,
            reasoningPieces: 0,
            outputTokensMax: 1_000,
          });
          expect(usage.inputTokens + usage.cachedInputTokens).toBeLessThanOrEqual(promptTokens);
          expect(usage.inputTokens + usage.cachedInputTokens).toBeGreaterThan(0);
          expect(usage.outputTokens).toBeLessThanOrEqual(Math.min(1_000, bytes + 64));
          expect(usage.outputTokens).toBeGreaterThanOrEqual(pieces);
        },
      ),
    );
  });
});
