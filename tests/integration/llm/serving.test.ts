import type { ChatEvent } from '@byoc/plugin-llm';
import type { LlmEngine } from '@byoc/plugin-llm/engine';
import { LlamaContextSequence } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, startTinyEngine } from './tiny-llm.ts';

const taught = {
  'Hello!': 'Hello! I am a tiny model. I know only what I was taught.',
  'Name the seasons.': 'spring, summer, autumn, winter',
  'Name the planets.': 'Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune',
  'What is the capital of France?': 'Paris',
  'Count to thirty.': Array.from({ length: 30 }, (_, index) => index + 1).join(' '),
  'Goodbye!': 'Goodbye! Come back soon.',
};

describe('the llama engine, serving', () => {
  let engine: LlmEngine;
  beforeAll(async () => {
    engine = await startTinyEngine({ slots: 2 });
  });
  afterAll(() => engine.close());

  it('answers many at once, each with its own answer, sharing every step', async () => {
    const order: string[] = [];
    const prompts = Object.entries(taught);
    const answers = await Promise.all(
      prompts.map(([prompt]) => ask(engine, { prompt }, { onEvent: () => order.push(prompt) })),
    );
    expect(answers.map(({ content }) => content)).toEqual(prompts.map(([, answer]) => answer));
    // Two slots take turns with their tokens: neither waits for the end of the other.
    const [first, second] = ['Hello!', 'Name the seasons.'];
    expect(order.indexOf(second ?? '')).toBeLessThan(order.lastIndexOf(first ?? ''));
    expect(order.indexOf(first ?? '')).toBeLessThan(order.lastIndexOf(second ?? ''));
  });

  it('stops within one token of a cancel, and has the slot free again', async () => {
    const stop = new AbortController();
    const heard: ChatEvent[] = [];
    const singing = ask(
      engine,
      { prompt: 'Sing!' },
      {
        signal: stop.signal,
        onEvent: (event) => {
          heard.push(event);
          if (heard.length === 5) stop.abort(new Error('enough'));
        },
      },
    );
    await expect(singing).rejects.toThrow('enough');
    // Those that were made and not yet read: the one in the making, and none after it.
    expect(heard.length).toBeLessThanOrEqual(6);
    const after = await Promise.all([ask(engine, { prompt: 'Hello!' }), ask(engine, { prompt: 'Goodbye!' })]);
    expect(after.map(({ finishReason }) => finishReason)).toEqual(['stop', 'stop']);
  });

  it('lets a job go that was cancelled while it waited', async () => {
    const stop = new AbortController();
    const songs = [1, 2].map(() => ask(engine, { prompt: 'Sing!', maxOutputTokens: 100 }));
    const waiting = ask(engine, { prompt: 'Hello!' }, { signal: stop.signal });
    stop.abort(new Error('not any more'));
    await expect(waiting).rejects.toThrow('not any more');
    for (const song of await Promise.all(songs)) expect(song.usage.outputTokens).toBe(100);
  });

  it('does not evaluate again what a turn before left, for the same caller', async () => {
    const first = await ask(engine, { prompt: 'Recite the rhyme.' }, { caller: 'ann' });
    expect(first.usage.cachedInputTokens).toBe(0);
    const turns = [
      { role: 'user' as const, content: 'Recite the rhyme.' },
      { role: 'assistant' as const, content: first.content },
      { role: 'user' as const, content: 'Name the days.' },
    ];
    const second = await ask(engine, { messages: turns }, { caller: 'ann' });
    expect(second.content).toBe('Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday');
    const { inputTokens, outputTokens } = first.usage;
    // All of the first turn but for its last mark, which the engine never had to evaluate.
    expect(second.usage.cachedInputTokens).toBeGreaterThanOrEqual(inputTokens + outputTokens - 2);
    const again = await ask(engine, { messages: turns });
    expect(again.usage.inputTokens).toBe(second.usage.inputTokens + second.usage.cachedInputTokens);
    expect(again.content).toBe(second.content);
  });

  it('shares no token of one caller with another, nor with one that has no name', async () => {
    const prompt = 'Name the planets.';
    for (const caller of ['ben', undefined, 'cleo', undefined]) {
      const { usage } = await ask(engine, { prompt }, caller === undefined ? {} : { caller });
      expect([caller, usage.cachedInputTokens]).toEqual([caller, 0]);
    }
    const own = await ask(engine, { prompt }, { caller: 'cleo' });
    expect(own.usage.cachedInputTokens).toBeGreaterThan(0);
  });

  it('reads the end of a prompt in the step that makes the first token', async () => {
    const apart = vi.spyOn(LlamaContextSequence.prototype, 'evaluateWithoutGeneratingNewTokens');
    await ask(engine, { prompt: 'What is the capital of France?' });
    expect(apart).not.toHaveBeenCalled();
    const { usage } = await ask(engine, { prompt: 'la '.repeat(550), maxOutputTokens: 1 });
    const pieces = apart.mock.calls.map(([tokens]) => tokens.length);
    expect(pieces).toEqual([512]);
    expect(usage.inputTokens).toBeGreaterThan(512);
    apart.mockRestore();
  });

  it('counts a prompt beforehand as it counts it when it answers', async () => {
    const { chat } = await import('@byoc/plugin-llm');
    const input = chat.schemas.input.parse({ prompt: 'What is the capital of Japan?' });
    const messages = [{ role: 'user' as const, content: 'What is the capital of Japan?' }];
    const counted = await engine.countChat({ input, messages, signal: AbortSignal.timeout(10_000) });
    const { usage } = await ask(engine, { prompt: 'What is the capital of Japan?' });
    expect(counted).toBe(usage.inputTokens + usage.cachedInputTokens);
  });
});

describe('a context that is too small', () => {
  let engine: LlmEngine;
  beforeAll(async () => {
    engine = await startTinyEngine({ slots: 1, contextTokens: 256 });
  });
  afterAll(() => engine.close());

  it('refuses a longer prompt with both numbers', async () => {
    await expect(ask(engine, { prompt: 'la '.repeat(400) })).rejects.toMatchObject({
      reason: 'prompt-too-long',
      message: expect.stringMatching(/The prompt has \d{3} tokens, and the context has room for 254/),
    });
  });

  it('leaves out the oldest turns when the caller allows it', async () => {
    const turn = (content: string) => ({ role: 'user' as const, content });
    const messages = [
      { role: 'system' as const, content: 'Be brief.' },
      turn('la '.repeat(300)),
      { role: 'assistant' as const, content: 'la' },
      turn('Name the seasons.'),
    ];
    const answer = await ask(engine, { messages, truncate: 'oldest' });
    expect(answer).toMatchObject({ content: 'spring, summer, autumn, winter', messagesLeftOut: 2 });
  });

  it('ends an answer at the end of the context', async () => {
    const answer = await ask(engine, { prompt: 'Sing!', maxOutputTokens: 100_000 });
    expect(answer.finishReason).toBe('length');
    expect(answer.usage.inputTokens + answer.usage.outputTokens).toBeGreaterThanOrEqual(254);
    expect(answer.usage.inputTokens + answer.usage.outputTokens).toBeLessThanOrEqual(256);
  });
});
