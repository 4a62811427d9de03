import type { LlmEngine } from '@byoc/plugin-llm/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPart } from '../../support/require-part.ts';
import { ask, startTinyEngine } from './tiny-llm.ts';

const here = await hasPart('gemma');

/** A base model: what it does is judged, not what it says. */
describe.skipIf(!here)('the llama engine with Gemma 3 270M', () => {
  let engine: LlmEngine;
  beforeAll(async () => {
    engine = await startTinyEngine({
      models: [{ name: 'gemma', path: process.env['BYOC_GEMMA'] ?? '' }],
      ...{ slots: 2, contextTokens: 1024, threads: undefined, memoryBytes: 4e9 },
    });
  });
  afterAll(() => engine.close());

  it('streams an answer, counts its tokens and stops where it is told', async () => {
    const answer = await ask(engine, { prompt: 'The capital of France is', maxOutputTokens: 12 });
    expect(answer).toMatchObject({ finishReason: 'length', usage: { outputTokens: 12, cachedInputTokens: 0 } });
    expect(answer.content.length).toBeGreaterThan(10);
    expect(answer.events.length).toBeGreaterThan(8);
  });

  it('writes JSON that its schema allows', async () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string', minLength: 1, maxLength: 20 },
        inhabitants: { type: 'integer', minimum: 1, maximum: 20_000_000 },
        kind: { enum: ['town', 'city'] },
      },
      required: ['city', 'inhabitants', 'kind'],
    };
    const answer = await ask(engine, {
      ...{ prompt: 'Paris as JSON:', temperature: 1, seed: 3, maxOutputTokens: 80 },
      responseFormat: { type: 'json-schema', schema },
    });
    expect(answer.finishReason).toBe('stop');
    const { city, inhabitants, kind } = JSON.parse(answer.content);
    expect(city.length).toBeLessThanOrEqual(20);
    expect(inhabitants).toBeGreaterThanOrEqual(1);
    expect(inhabitants).toBeLessThanOrEqual(20_000_000);
    expect(['town', 'city']).toContain(kind);
  });

  it('keeps the prompt of a caller for its next turn, and for nobody else', async () => {
    const prompt = 'Once upon a time there was a small town by the sea, and in it lived a cat.';
    const first = await ask(engine, { prompt, maxOutputTokens: 4 }, { caller: 'ann' });
    const other = await ask(engine, { prompt, maxOutputTokens: 4 }, { caller: 'ben' });
    const again = await ask(engine, { prompt, maxOutputTokens: 4 }, { caller: 'ann' });
    expect([first, other].map(({ usage }) => usage.cachedInputTokens)).toEqual([0, 0]);
    expect(again.usage.cachedInputTokens).toBeGreaterThan(10);
    expect(again.content).toBe(first.content);
  });

  it('leaves nothing of one caller to the next, though it keeps checkpoints of what it has read', async () => {
    const question = { prompt: 'The capital of Italy is', maxOutputTokens: 2, logprobs: { top: 2 } };
    const before = await ask(engine, question, { caller: 'ben' });
    for (const caller of ['ann', 'cleo'])
      await ask(engine, { prompt: `${question.prompt} known to ${caller}.`, maxOutputTokens: 2 }, { caller });
    const after = await ask(engine, question, { caller: 'dora' });
    expect(after.usage.cachedInputTokens).toBe(0);
    expect(after.events).toEqual(before.events);
  });
});
