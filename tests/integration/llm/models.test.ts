import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorker } from '@byoc/core/worker';
import type { LlmEngine } from '@byoc/plugin-llm/engine';
import { createLlamaEngine } from '@byoc/plugin-llm/llama';
import { createLlmPlugin } from '@byoc/plugin-llm/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
