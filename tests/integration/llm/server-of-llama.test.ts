import { silentLogger } from '@byoc/core';
import { createGateway, createOpenaiFacade, serveFacades, staticSource } from '@byoc/core/gateway';
import type { LlmEngine } from '@byoc/plugin-llm/engine';
import { createLlamaEngine } from '@byoc/plugin-llm/llama';
import { createLlmPlugin } from '@byoc/plugin-llm/plugin';
import { createServerEngine } from '@byoc/plugin-llm/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createOpenaiClient, zodResponseFormat } from '../../support/openai-clients.ts';
import { hasPart } from '../../support/require-part.ts';
import { startOrchestrator } from '../gateway/start-orchestrator.ts';
import { ask, embedWith, startTinyEngine, tinyModel } from './tiny-llm.ts';

const hasClients = await hasPart('openai-clients');
const open = new AsyncDisposableStack();
let baseUrl: string;

// llama.cpp with the tiny model behind an orchestrator, a gateway and its OpenAI façade: a real OpenAI-compatible server.
beforeAll(async () => {
  const llama = () => createLlamaEngine({ models: [tinyModel], gpu: 'cpu', threads: 1, memoryBytes: 1e9 });
  const { url } = open.use(await startOrchestrator({ plugin: createLlmPlugin({ engine: async () => llama() }) }));
  const gateway = open.use(createGateway({ sources: [staticSource([url])] }));
  await gateway.ready();
  const served = open.use(await serveFacades({ facades: [createOpenaiFacade({ gateway })], port: 0 }));
  baseUrl = `${served.url}/v1`;
});

afterAll(() => open.disposeAsync());

describe('the server engine in front of a real server', () => {
  let engine: LlmEngine;
  let llama: LlmEngine;
  beforeAll(async () => {
    engine = createServerEngine({ baseUrl });
    const signal = AbortSignal.timeout(60_000);
    await engine.start({ log: silentLogger, tmp: '/nowhere', signal, onChange() {} });
    llama = await startTinyEngine();
  });
  afterAll(() => Promise.all([engine.close(), llama.close()]));

  it('finds its model and says what llama.cpp says itself, token for token', async () => {
    expect(engine.models()).toMatchObject([{ name: 'tiny', chats: true, embeds: true }]);
    for (const prompt of ['Name the planets.', 'Greet me in Japanese.', 'What is two plus two?']) {
      const [there, here] = [await ask(engine, { prompt }), await ask(llama, { prompt })];
      expect(there.content).toBe(here.content);
      expect([there.finishReason, there.usage]).toEqual([here.finishReason, here.usage]);
    }
  });

  it('ends where the answer may not be longer, and at a stop text', async () => {
    const short = await ask(engine, { prompt: 'Sing!', maxOutputTokens: 5 });
    expect(short).toMatchObject({ finishReason: 'length', usage: { outputTokens: 5 } });
    expect((await ask(engine, { prompt: 'Count to thirty.', stop: ['7'] })).content).toBe('1 2 3 4 5 6 ');
  });

  it('embeds as llama.cpp does', async () => {
    const input = { input: ['Hello!', 'Goodbye!'], normalized: true };
    const [there, here] = [await embedWith(engine, input), await embedWith(llama, input)];
    expect(there.inputTokens).toBe(here.inputTokens);
    const length = Math.hypot(...(here.vectors[0] ?? []));
    for (const [at, number] of (there.vectors[0] ?? []).entries())
      expect(number).toBeCloseTo((here.vectors[0]?.[at] ?? 0) / length, 4);
  });
});

describe.skipIf(!hasClients)('the openai client, over a real model', () => {
  const say = (content: string) => ({ model: 'tiny', temperature: 0, messages: [{ role: 'user', content }] });

  it('chats, streams and counts', async () => {
    const client = createOpenaiClient(baseUrl);
    const whole = await client.chat.completions.create(say('Name the seasons.'));
    expect(whole.choices[0].message.content).toBe('spring, summer, autumn, winter');
    let streamed = '';
    let usage: unknown;
    const request = { ...say('Name the seasons.'), stream: true, stream_options: { include_usage: true } };
    for await (const chunk of await client.chat.completions.create(request)) {
      streamed += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect([streamed, usage]).toEqual([whole.choices[0].message.content, whole.usage]);
  });

  it('calls a tool and answers from it', async () => {
    const client = createOpenaiClient(baseUrl);
    const runner = client.chat.completions.runTools({
      ...say('What is the weather in Paris?'),
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: '',
            parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
            parse: JSON.parse,
            function: ({ city }: { city: string }) => (city === 'Paris' ? 'sunny' : 'unknown'),
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('It is sunny in Paris.');
  });

  it('gets structured output that fits its schema', async () => {
    const client = createOpenaiClient(baseUrl);
    const { choices } = await client.chat.completions.parse({
      ...say('Show a person as JSON.'),
      response_format: zodResponseFormat(z.object({ name: z.string(), age: z.number().int() }), 'person'),
    });
    expect(choices[0].message.parsed).toEqual({ name: 'Ada', age: 36 });
  });
});
