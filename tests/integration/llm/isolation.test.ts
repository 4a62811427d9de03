import type { LlmEngine } from '@byoc/plugin-llm/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, embedWith, startTinyEngine } from './tiny-llm.ts';

const secret = { role: 'user' as const, content: `My key is 7391. ${'la '.repeat(100)}` };
const question = { prompt: 'Name the planets.', logprobs: { top: 5 } };

/**
 * What an engine says to the question, with the probability of every token and of those beside it: a single cell of an earlier
 * prompt that attention still reached would move them.
 */
async function everyProbability(engine: LlmEngine, caller?: string) {
  const { events, usage } = await ask(engine, question, caller === undefined ? {} : { caller });
  expect(usage.cachedInputTokens).toBe(0);
  return events;
}

describe('what one caller leaves in the only sequence', () => {
  let engine: LlmEngine;
  /** Of an engine that has read nothing before. */
  let untouched: Awaited<ReturnType<typeof everyProbability>>;
  let untouchedVectors: Awaited<ReturnType<typeof embedWith>>['vectors'];
  beforeAll(async () => {
    const fresh = await startTinyEngine({ slots: 1 });
    untouched = await everyProbability(fresh);
    untouchedVectors = (await embedWith(fresh, { input: 'Who are you?' })).vectors;
    await fresh.close();
    engine = await startTinyEngine({ slots: 1 });
  });
  afterAll(() => engine.close());

  it('is not there for the next, named or not', async () => {
    for (const next of ['ben', undefined]) {
      await ask(engine, { messages: [secret], maxOutputTokens: 50 }, { caller: 'ann' });
      expect(await everyProbability(engine, next)).toEqual(untouched);
    }
    await ask(engine, { messages: [secret], maxOutputTokens: 50 });
    expect(await everyProbability(engine)).toEqual(untouched);
  });

  it('is not there after a prompt or an answer that was cancelled midway', async () => {
    for (const cancelAfter of [0, 5]) {
      const stop = new AbortController();
      let heard = 0;
      const cancelled = ask(
        engine,
        { messages: [secret, { role: 'assistant', content: 'la' }, { role: 'user', content: 'Sing!' }] },
        {
          ...{ caller: 'ann', signal: stop.signal },
          onEvent: () => {
            heard += 1;
            if (heard === cancelAfter) stop.abort(new Error('enough'));
          },
        },
      );
      if (cancelAfter === 0) setImmediate(() => stop.abort(new Error('enough')));
      await expect(cancelled).rejects.toThrow('enough');
      expect(await everyProbability(engine, 'ben')).toEqual(untouched);
    }
  });

  it('does not move the vectors of the next', async () => {
    await embedWith(engine, { input: [secret.content, 'My key is 7391.'] });
    expect((await embedWith(engine, { input: 'Who are you?' })).vectors).toEqual(untouchedVectors);
  });
});
