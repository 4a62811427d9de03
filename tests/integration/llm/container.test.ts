import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createModelStore, createOrchestrator, type ModelStore, type Orchestrator } from '@byoc/core/orchestrator';
import { createDockerRuntime } from '@byoc/core/runtime/docker';
import { chat, embed } from '@byoc/plugin-llm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPart } from '../../support/require-part.ts';
import { repositoryRoot } from '../../support/run-command.ts';
import { type Hub, startHub } from '../../support/start-hub.ts';

const here = (await hasPart('docker')) && (await hasPart('base-image'));

describe.skipIf(!here)('the image of @byoc/plugin-llm, sandboxed, with a model of the hub', () => {
  let hub: Hub;
  let modelStore: ModelStore;
  let folder: string;
  let orchestrator: Orchestrator;
  let gateway: Gateway;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-llm-'));
    const runtime = createDockerRuntime({ logger: silentLogger });
    hub = await startHub();
    const tiny = await readFile(join(repositoryRoot, 'packages/plugin-llm/tiny-model/tiny.gguf'));
    hub.repositories.set('acme/rhymes', new Map([['tiny-q8.gguf', tiny]]));
    modelStore = createModelStore({
      ...{ directory: join(folder, 'models'), hub: { endpoint: hub.endpoint, token: undefined } },
    });
    orchestrator = await createOrchestrator({
      ...{ dataDirectory: join(folder, 'data'), runtime, modelStore, port: 0, httpPort: 0 },
    });
    await orchestrator.plugins.install(
      { type: 'folder', path: join(repositoryRoot, 'packages/plugin-llm') },
      {
        environment: { BYOC_LLM_THREADS: '1' },
        models: [{ name: 'rhymes', uri: 'hf://acme/rhymes/tiny-q8.gguf' }],
      },
    );
    gateway = createGateway({ sources: [staticSource([orchestrator.url])] });
    await gateway.ready();
  });
  afterAll(async () => {
    await gateway?.close();
    for (const { pluginId } of orchestrator?.plugins.list() ?? [])
      await orchestrator.plugins.remove(pluginId, { graceMs: 0 });
    await orchestrator?.close({ mode: 'drain', graceMs: 5000 });
    await modelStore?.close();
    await hub?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('streams an answer, and meters what the engine counted', async () => {
    const job = gateway.run(chat, { prompt: 'Name the seasons.', temperature: 0 });
    let text = '';
    for await (const frame of job) if (frame.type === 'event' && frame.event.type === 'text') text += frame.event.text;
    const { output, usage } = await job.result;
    expect(text).toBe('spring, summer, autumn, winter');
    expect(output).toMatchObject({
      message: { content: text },
      finishReason: 'stop',
      model: { name: 'rhymes' },
    });
    const { inputTokens, cachedInputTokens, outputTokens } = output.usage;
    expect(usage).toEqual({
      input_tokens: BigInt(inputTokens),
      cached_input_tokens: BigInt(cachedInputTokens),
      output_tokens: BigInt(outputTokens),
    });
  });

  it('keeps the prompt of a session for its next turn, and for nobody else', async () => {
    const turn = async (session: string | undefined, follow: string[]) => {
      const said = ['Recite the rhyme.', ...follow].map((content, index) => ({
        ...{ role: index % 2 === 0 ? ('user' as const) : ('assistant' as const), content },
      }));
      return (await gateway.run(chat, { messages: said, temperature: 0 }, { session }).result).output;
    };
    const first = await turn('secret of ann', []);
    const follow = [first.message.content, 'Goodbye!'];
    const cached: number[] = [];
    for (const session of ['secret of ben', undefined, 'secret of ann'])
      cached.push((await turn(session, follow)).usage.cachedInputTokens);
    expect(cached.slice(0, 2)).toEqual([0, 0]);
    expect(cached[2]).toBeGreaterThan(first.usage.inputTokens);
  });

  it('stops decoding when its caller cancels, and charges for no more', async () => {
    const job = gateway.run(chat, { prompt: 'Sing!', temperature: 0 });
    let heard = 0;
    for await (const frame of job) {
      if (frame.type === 'event') heard += 1;
      if (heard === 3) await job.cancel('enough');
    }
    await expect(job.result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  it('embeds', async () => {
    const { output, usage } = await gateway.run(embed, { input: ['a cat', 'a dog'], dimensions: 8 }).result;
    expect(output.embeddings).toHaveLength(2);
    expect(Math.hypot(...(output.embeddings[0] as number[]))).toBeCloseTo(1, 5);
    expect(usage['input_tokens']).toBe(BigInt(output.usage.inputTokens));
  });

  it('tells of its model, and fails what it can not do with the reason', async () => {
    const [plugin] = orchestrator.plugins.list();
    expect(plugin?.workerState).toMatchObject({ models: ['rhymes'], slotsTotal: 4 });
    const unknown = gateway.run(chat, { prompt: 'Hello!', model: 'gpt-17' }).result;
    await expect(unknown).rejects.toMatchObject({
      code: 'JOB_FAILED',
      facts: { reason: 'model-unknown', recovery: 'retry-other' },
    });
  });
});
