import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorker } from '@byoc/core/worker';
import type { LlmEngine } from '@byoc/plugin-llm/engine';
import { createLlamaEngine } from '@byoc/plugin-llm/llama';
import { createLlmPlugin } from '@byoc/plugin-llm/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAdapters } from '../../../packages/plugin-llm/src/plugin/add-adapters.ts';
import { ask, embedWith, startTinyEngine, tinyModel } from './tiny-llm.ts';

describe('model files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-models-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = (path: string, options = {}) => startTinyEngine({ models: [{ name: 'odd', path }], ...options });

  it('that are not there, cut off or no GGUF are refused', async () => {
    const cut = join(folder, 'cut.gguf');
    await copyFile(tinyModel.path, cut);
    await truncate(cut, 600_000);
    const text = join(folder, 'text.gguf');
    await writeFile(text, 'once upon a time');
    for (const [path, why] of [
      [join(folder, 'none.gguf'), 'ENOENT'],
      [text, 'GGUF'],
      [cut, ''],
    ] as const) {
      await expect(start(path)).rejects.toMatchObject({
        reason: 'model-broken',
        message: expect.stringContaining(why),
      });
    }
  });

  it('of an architecture that llama.cpp does not know are refused by its name', async () => {
    const other = join(folder, 'other.gguf');
    const bytes = await readFile(tinyModel.path);
    const at = bytes.indexOf('general.architecture') + 'general.architecture'.length + 12;
    expect(bytes.subarray(at, at + 5).toString()).toBe('llama');
    bytes.write('lamma', at);
    await writeFile(other, bytes);
    await expect(start(other)).rejects.toMatchObject({
      reason: 'model-broken',
      message: expect.stringContaining('lamma'),
    });
  });

  it('whose chat template refuses a conversation fail the job with its words', async () => {
    const strict = join(folder, 'strict.gguf');
    const bytes = await readFile(tinyModel.path);
    const [from, to] = ['{%- if tools -%}', '{%- for message in messages -%}'].map((part) => bytes.indexOf(part));
    const rule = "{%- if messages[0].role != 'user' -%}{{ raise_exception('The user begins') }}{%- endif -%}";
    bytes.write(rule.padEnd((to ?? 0) - (from ?? 0)), from ?? 0);
    await writeFile(strict, bytes);
    const engine = await start(strict);
    const user = { role: 'user' as const, content: 'What is the capital of France?' };
    expect((await ask(engine, { messages: [user] })).content).toBe('Paris');
    await expect(ask(engine, { messages: [{ role: 'assistant', content: 'Hi!' }, user] })).rejects.toMatchObject({
      ...{ reason: 'template-refused', recovery: 'fix-request' },
      message: expect.stringContaining('The user begins'),
    });
    await engine.close();
  });

  it('of another digest than the one that was named are refused before they are loaded', async () => {
    const digest = `sha256:${createHash('sha256')
      .update(await readFile(tinyModel.path))
      .digest('hex')}`;
    const engine = await start(tinyModel.path, { models: [{ ...tinyModel, digest }] });
    expect((await ask(engine, { prompt: 'Goodbye!' })).model.digest).toBe(digest);
    await engine.close();
    const wanted = `sha256:${'0'.repeat(64)}`;
    await expect(start(tinyModel.path, { models: [{ ...tinyModel, digest: wanted }] })).rejects.toMatchObject({
      reason: 'digest-wrong',
      message: expect.stringContaining(`${digest}, not ${wanted}`),
    });
  });

  it('that do not fit are refused with the numbers, before they are loaded', async () => {
    await expect(start(tinyModel.path, { memoryBytes: 1_000_000 })).rejects.toMatchObject({
      reason: 'model-too-large',
      message: expect.stringMatching(/needs \d+ MB with a context of 4 × 512 tokens, and 1 MB may be taken/),
    });
  });

  it('get the context that fits', async () => {
    const engine = await start(tinyModel.path, { contextTokens: 512 });
    const [small] = engine.models();
    expect(small).toMatchObject({ name: 'odd', loaded: true, contextTokens: 512, deviceMemoryBytes: 0 });
    await engine.close();
    // As llama.cpp itself counts them, weights and state together: more than the file, and more with more context.
    const large = await start(tinyModel.path, { contextTokens: 1024 });
    expect(large.models()[0]?.memoryBytes).toBeGreaterThan(small?.memoryBytes ?? 0);
    expect(small?.memoryBytes).toBeGreaterThan((await stat(tinyModel.path)).size);
    await large.close();
  });

  it('are loaded when they are asked for, and make room for each other', async () => {
    const second = join(folder, 'second.gguf');
    await copyFile(tinyModel.path, second);
    const models = [tinyModel, { name: 'second', path: second }];
    // One takes 26 MB by its header, and a third of that once it is there.
    const room = 28e6;
    await withEngine({ models, contextTokens: 512, memoryBytes: room }, async (engine) => {
      expect(engine.models().map(({ loaded }) => loaded)).toEqual([true, false]);
      expect((await ask(engine, { model: 'second', prompt: 'Goodbye!' })).model.name).toBe('second');
      expect(engine.models().map(({ loaded }) => loaded)).toEqual([false, true]);
      await expect(ask(engine, { model: 'third', prompt: 'Goodbye!' })).rejects.toMatchObject({
        reason: 'model-unknown',
      });
    });
  });

  it('with a LoRA adapter are models of their own, beside the one that they change', async () => {
    const models = addAdapters(
      [tinyModel],
      [
        { name: 'pirate', model: 'tiny', adapters: [{ file: 'tiny-pirate.gguf', scale: 1 }] },
        { name: 'idle', model: 'tiny', adapters: [{ file: 'tiny-pirate.gguf', scale: 0 }] },
        { name: 'lost', model: 'tiny', adapters: [{ file: 'none.gguf', scale: 1 }] },
        { name: 'broken', model: 'tiny', adapters: [{ file: 'README.md', scale: 1 }] },
      ],
      join(tinyModel.path, '..'),
    );
    await withEngine({ models }, async (engine) => {
      const greet = (model: string) => ask(engine, { model, prompt: 'Hello!' });
      const [tiny, pirate, idle] = [await greet('tiny'), await greet('pirate'), await greet('idle')];
      expect(pirate.content).toBe('Ahoy! I am a tiny pirate.');
      expect(tiny.content).toBe('Hello! I am a tiny model. I know only what I was taught.');
      expect(idle.content).toBe(tiny.content);
      expect((await ask(engine, { model: 'pirate', prompt: 'Name the seasons.' })).content).toBe(
        'spring, summer, autumn, winter',
      );
      expect(new Set([tiny, pirate, idle].map(({ model }) => model.digest)).size).toBe(3);
      for (const [model, why] of [
        ['lost', "its adapter none.gguf can't be read (ENOENT)"],
        ['broken', 'dapter'],
      ] as const)
        await expect(greet(model)).rejects.toMatchObject({
          reason: 'model-broken',
          message: expect.stringContaining(why),
        });
    });
  });

  it('call several tools at once when they were taught to, and only one when the caller wants one', async () => {
    const models = [{ ...tinyModel, adapters: [{ path: join(tinyModel.path, '../tiny-pirate.gguf') }] }];
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const tools = [{ name: 'get_weather', description: 'Tells the weather.', parameters }];
    const prompt = 'What is the weather in Paris and Rome?';
    await withEngine({ models }, async (engine) => {
      const both = await ask(engine, { prompt, tools });
      expect(both.finishReason).toBe('tool-calls');
      expect(both.calls.map((call) => call.arguments)).toEqual(['{"city": "Paris"}', '{"city": "Rome"}']);
      expect(new Set(both.calls.map(({ id }) => id)).size).toBe(2);
      const one = await ask(engine, { prompt, tools, parallelToolCalls: false });
      expect(one.calls.map((call) => call.arguments)).toEqual(['{"city": "Paris"}']);
      const messages = [
        { role: 'user' as const, content: prompt },
        { role: 'assistant' as const, toolCalls: both.calls },
        ...both.calls.map(({ id }) => ({ role: 'tool' as const, toolCallId: id, content: 'sunny' })),
      ];
      expect((await ask(engine, { messages, tools })).usage.inputTokens).toBeGreaterThan(both.usage.inputTokens + 30);
    });
  });

  it('that answer wrongly keep the worker out of service', async () => {
    const engine = async () => createLlamaEngine({ models: [tinyModel], gpu: 'cpu', threads: 1, memoryBytes: 1e9 });
    const proof = { prompt: 'What is the capital of France?', answer: 'Paris' };
    const fit = createWorker(createLlmPlugin({ engine, proof }), { jobsPath: folder, tmpPath: folder });
    await fit.setup();
    expect(fit.state).toMatchObject({ phase: 'ready', models: ['tiny'] });
    const inputJson = new TextEncoder().encode(JSON.stringify({ prompt: proof.prompt, maxOutputTokens: 9 }));
    const bound = await fit.estimateUsage({ capability: 'text/chat@1.0.0', inputJson });
    const counted = BigInt(await countOf(proof.prompt));
    expect(bound).toEqual({ input_tokens: counted, cached_input_tokens: counted, output_tokens: 9n });
    await fit.close();
    const unfit = createWorker(createLlmPlugin({ engine, proof: { ...proof, answer: 'Lyon' } }), {
      ...{ jobsPath: folder, tmpPath: folder },
    });
    await expect(unfit.setup()).rejects.toThrow('answered "Paris" to "What is the capital of France?", not "Lyon"');
    expect(unfit.state.phase).toBe('failed');
    await unfit.close();
  });
});

describe('embeddings', () => {
  let engine: LlmEngine;
  beforeAll(async () => {
    engine = await startTinyEngine();
  });
  afterAll(() => engine.close());

  it('are the same alone as among others, and differ from text to text', async () => {
    const [together, alone] = [
      await embedWith(engine, { input: ['a cat', 'a dog'] }),
      await embedWith(engine, { input: 'a dog' }),
    ];
    expect(together.vectors).toHaveLength(2);
    expect(alone.vectors[0]).toEqual(together.vectors[1]);
    expect(together.vectors[0]).not.toEqual(together.vectors[1]);
    expect(together.inputTokens).toBeGreaterThan(alone.inputTokens);
  });

  it('refuse a text that is too long, or leave out its end', async () => {
    const input = 'la '.repeat(2000);
    await expect(embedWith(engine, { input })).rejects.toMatchObject({ reason: 'prompt-too-long' });
    expect((await embedWith(engine, { input, truncate: 'end' })).inputTokens).toBe(1023);
  });
});

async function withEngine<T>(
  options: Parameters<typeof startTinyEngine>[0],
  use: (engine: LlmEngine) => Promise<T>,
): Promise<T> {
  const engine = await startTinyEngine(options);
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** Tokens of a prompt, by an answer to it. */
function countOf(prompt: string): Promise<number> {
  return withEngine({}, async (engine) => (await ask(engine, { prompt, maxOutputTokens: 1 })).usage.inputTokens);
}
