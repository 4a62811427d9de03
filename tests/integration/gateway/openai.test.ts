import {
  createGateway,
  createOpenaiFacade,
  type Gateway,
  type ServedFacades,
  serveFacades,
  staticSource,
} from '@byoc/core/gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scriptedLlm } from '../../fixtures/scripted-llm.ts';
import { createOpenaiClient, importAiSdk, zodResponseFormat } from '../../support/openai-clients.ts';
import { hasPart } from '../../support/require-part.ts';
import { type StartedOrchestrator, startOrchestrator } from './start-orchestrator.ts';

let waiting = Promise.withResolvers<void>();
let cancelled = Promise.withResolvers<void>();
let started: StartedOrchestrator;
let gateway: Gateway;
let served: ServedFacades;
let client: ReturnType<typeof createOpenaiClient>;
const hasClients = await hasPart('openai-clients');

beforeAll(async () => {
  started = await startOrchestrator({
    plugin: scriptedLlm({ onWaiting: () => waiting.resolve(), onCancelled: () => cancelled.resolve() }),
  });
  gateway = createGateway({ sources: [staticSource([started.url])] });
  await gateway.ready();
  served = await serveFacades({ facades: [createOpenaiFacade({ gateway })], port: 0 });
  if (hasClients) client = createOpenaiClient(`${served.url}/v1`);
});

afterAll(async () => {
  await served.close();
  await gateway.close();
  await started[Symbol.asyncDispose]();
});

const say = (content: string) => ({ model: 'scripted', messages: [{ role: 'user' as const, content }] });
const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe.skipIf(!hasClients)('the openai client', () => {
  it('gets a chat completion with its usage', async () => {
    const completion = await client.chat.completions.create(say('say all is well'));
    expect(completion).toMatchObject({
      object: 'chat.completion',
      model: 'scripted',
      system_fingerprint: 'sha256:0',
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'all is well', refusal: null } },
      ],
      usage: { prompt_tokens: 17, completion_tokens: 3, total_tokens: 20, prompt_tokens_details: { cached_tokens: 2 } },
    });
    expect(completion.id).toBe(`chatcmpl-${completion._request_id}`);
  });

  it('streams one, with usage in the last chunk when asked for', async () => {
    const request = { ...say('say all is well'), stream: true as const };
    const texts: string[] = [];
    const usages: unknown[] = [];
    for await (const chunk of await client.chat.completions.create({
      ...request,
      stream_options: { include_usage: true },
    })) {
      texts.push(chunk.choices[0]?.delta.content ?? '-');
      usages.push(chunk.usage);
    }
    expect(texts).toEqual(['', 'all', ' is', ' well', '-', '-']);
    expect(usages).toEqual([null, null, null, null, null, expect.objectContaining({ total_tokens: 20 })]);
    const without: unknown[] = [];
    for await (const chunk of await client.chat.completions.create(request)) without.push(chunk.usage);
    expect(without).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('is told why an answer ended', async () => {
    const { choices } = await client.chat.completions.create({ ...say('say one two'), max_completion_tokens: 2 });
    expect(choices[0]?.finish_reason).toBe('length');
  });

  it('reads reasoning where other servers put it', async () => {
    const { choices, usage } = await client.chat.completions.create(say('think'));
    expect(choices[0]?.message).toMatchObject({ content: 'yes', reasoning_content: 'hm' });
    expect(usage?.completion_tokens_details?.reasoning_tokens).toBe(2);
  });

  it('runs its tool loop: the call, streamed in pieces, and the answer to it', async () => {
    const cities: string[] = [];
    const runner = client.chat.completions.runTools({
      ...say('call weather'),
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            ...weather.function,
            parse: JSON.parse,
            function: ({ city }: { city: string }) => {
              cities.push(city);
              return 'say sunny';
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('sunny');
    expect(cities).toEqual(['Paris']);
  });

  it('gets the calls that a model makes at once, whole and streamed', async () => {
    const clock = { type: 'function' as const, function: { ...weather.function, name: 'clock' } };
    const request = { ...say('call weather clock'), tools: [weather, clock] };
    const { choices } = await client.chat.completions.create(request);
    const call = (id: string, name: string) => ({
      id,
      type: 'function',
      function: { name, arguments: '{"city":"Paris"}' },
    });
    const calls = [call('call-1', 'weather'), call('call-2', 'clock')];
    expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null, tool_calls: calls } });
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject(calls);
  });

  it('parses structured output', async () => {
    const completion = await client.chat.completions.parse({
      ...say('say {"city":"Paris"}'),
      response_format: zodResponseFormat(z.object({ city: z.string() }), 'place'),
    });
    expect(completion.choices[0]?.message.parsed).toEqual({ city: 'Paris' });
  });

  it('cancels the job when it aborts a stream', async () => {
    cancelled = Promise.withResolvers();
    const stream = await client.chat.completions.create({ ...say('wait for it'), stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'for') stream.controller.abort();
    await cancelled.promise;
  });

  it('cancels the job when it aborts before the answer', async () => {
    [waiting, cancelled] = [Promise.withResolvers(), Promise.withResolvers()];
    const aborting = new AbortController();
    const whole = client.chat.completions.create(say('wait'), { signal: aborting.signal });
    const failed = expect(whole).rejects.toThrow('Request was aborted.');
    await waiting.promise;
    aborting.abort();
    await Promise.all([failed, cancelled.promise]);
  });

  it('gets embeddings, as floats and as base64, which it asks for itself', async () => {
    const asked = await client.embeddings.create({ model: 'scripted', input: ['a', 'four'] });
    expect(asked.data.map((each: { embedding: number[] }) => [...each.embedding])).toEqual([
      [1, 0.5],
      [4, 0.5],
    ]);
    expect(asked.usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
    const floats = await client.embeddings.create({ model: 'scripted', input: 'a', encoding_format: 'float' });
    expect(floats.data[0]?.embedding).toEqual([1, 0.5]);
  });

  it('lists models and finds one', async () => {
    const models: string[] = [];
    for await (const model of client.models.list()) models.push(model.id);
    expect(models).toEqual(['scripted']);
    expect(await client.models.retrieve('scripted')).toMatchObject({ id: 'scripted', owned_by: 'byoc' });
    await expect(client.models.retrieve('other')).rejects.toMatchObject({ status: 404, code: 'MODEL_NOT_OFFERED' });
  });
});

describe.skipIf(!hasClients)('what goes wrong', () => {
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );

  it('has the status, the code and the place of the catalogue in the shape of OpenAI', async () => {
    expect(await failure(client.chat.completions.create({ ...say('say it'), model: 'other' }))).toMatchObject({
      ...{ status: 404, code: 'MODEL_NOT_OFFERED', param: 'model', type: 'not_found_error' },
    });
    expect(await failure(client.chat.completions.create({ ...say('say it'), max_tokens: 0 }))).toMatchObject({
      ...{ status: 400, code: 'CAPABILITY_INPUT_INVALID', param: 'max_tokens', type: 'invalid_request_error' },
    });
    expect(await failure(client.chat.completions.create({ ...say('say it'), n: 2 }))).toMatchObject({
      ...{ status: 400, code: 'OPENAI_REQUEST_INVALID', param: 'n' },
      message: expect.stringContaining('`n` must be 1: send one request for each answer.'),
    });
    expect(await failure(client.completions.create({ model: 'scripted', prompt: 'x' }))).toMatchObject({
      ...{ status: 404, code: 'ROUTE_UNKNOWN' },
    });
    expect(await failure(client.chat.completions.create(say('refuse')))).toMatchObject({
      ...{ status: 422, code: 'JOB_FAILED', message: expect.stringContaining('The script refuses.') },
    });
  });

  it('has its status also when a stream was asked for and nothing was streamed', async () => {
    const refused = await failure(client.chat.completions.create({ ...say('refuse'), stream: true }));
    expect(refused).toMatchObject({ status: 422, code: 'JOB_FAILED' });
  });

  it('ends a stream that has begun with the error as an event, without [DONE]', async () => {
    const texts: string[] = [];
    const streaming = async () => {
      for await (const chunk of await client.chat.completions.create({ ...say('break in two'), stream: true }))
        texts.push(chunk.choices[0]?.delta.content ?? '-');
    };
    expect(await failure(streaming())).toMatchObject({ code: 'JOB_FAILED', type: 'invalid_request_error' });
    expect(texts).toEqual(['', 'in', ' two']);
  });

  it('is told when a stream is not what the result says', async () => {
    const streaming = async () => {
      for await (const _ of await client.chat.completions.create({ ...say('lie well'), stream: true }));
    };
    expect(await failure(streaming())).toMatchObject({ code: 'STREAM_CONTRADICTS_RESULT' });
  });

  const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(`${served.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body as string,
    });

  it.each([
    [
      'a form, which any web page may send',
      () => post('{}', { 'content-type': 'text/plain' }),
      400,
      'REQUEST_BODY_INVALID',
    ],
    ['text that is no JSON', () => post('{"model":'), 400, 'REQUEST_BODY_INVALID'],
    ['bytes that are no UTF-8', () => post(new Uint8Array([0x22, 0xff, 0x22])), 400, 'REQUEST_BODY_INVALID'],
    ['a list', () => post('[]'), 400, 'REQUEST_BODY_INVALID'],
    ['a body over the limit', () => post(`{"a":"${'x'.repeat(33 * 1024 ** 2)}"}`), 413, 'REQUEST_BODY_TOO_LARGE'],
    ['no messages', () => post('{"model":"scripted","messages":[]}'), 400, 'OPENAI_REQUEST_INVALID'],
  ])('refuses %s', async (_, send, status, code) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code, type: 'invalid_request_error' } });
  });
});

describe.skipIf(!hasClients)('settings that nobody heeds', () => {
  it('are listed in the answer, those of the façade and those of the engine', async () => {
    const completion = await client.chat.completions.create({
      ...say('say it'),
      ...{ user: 'me', logit_bias: { 1: 2 }, min_p: 0.1 },
      messages: [{ role: 'user', content: 'say it', name: 'me' }],
    } as object);
    const { byoc } = completion as unknown as { byoc: { ignored: { setting: string }[]; chargedWei: string } };
    expect(byoc.ignored.map(({ setting }) => setting)).toEqual(['user', 'logit_bias', 'messages[].name', 'minP']);
    expect(byoc.chargedWei).toBe('0');
  });
});

describe.skipIf(!hasClients)("the Vercel AI SDK's provider for OpenAI-compatible servers", () => {
  it('generates and streams text, calls tools and embeds', async () => {
    const { createOpenAICompatible, generateText, streamText, embedMany, tool, isStepCount } = await importAiSdk();
    const provider = createOpenAICompatible({ name: 'byoc', baseURL: `${served.url}/v1`, includeUsage: true });
    const model = provider('scripted');
    const whole = await generateText({ model, prompt: 'say all is well' });
    expect([whole.text, whole.finishReason, whole.usage.totalTokens]).toEqual(['all is well', 'stop', 20]);

    const streaming = streamText({ model, prompt: 'say all is well' });
    const pieces: string[] = [];
    for await (const piece of streaming.textStream) pieces.push(piece);
    expect([pieces, (await streaming.usage).totalTokens]).toEqual([['all', ' is', ' well'], 20]);

    const cities: string[] = [];
    const looked = await generateText({
      model,
      prompt: 'call weather',
      stopWhen: isStepCount(2),
      tools: {
        weather: tool({
          inputSchema: z.object({ city: z.string() }),
          execute: async ({ city }: { city: string }) => {
            cities.push(city);
            return 'say sunny';
          },
        }),
      },
    });
    expect(cities).toEqual(['Paris']);
    expect(looked.steps).toHaveLength(2);

    const { embeddings } = await embedMany({ model: provider.embeddingModel('scripted'), values: ['a', 'four'] });
    expect(embeddings).toEqual([
      [1, 0.5],
      [4, 0.5],
    ]);
  });
});
