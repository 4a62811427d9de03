import { once } from 'node:events';
import { silentLogger } from '@byoc/core';
import { chat, embed, messagesOf } from '@byoc/plugin-llm';
import type { EngineChatEnd, EngineChatStep, LlmEngine } from '@byoc/plugin-llm/engine';
import { createServerEngine, type ServerEngineOptions } from '@byoc/plugin-llm/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ending, event, type ModelServer, piece, sse, startModelServer, status } from '../../support/model-server.ts';

let server: ModelServer;
let engine: LlmEngine;

beforeEach(async () => {
  server = await startModelServer();
  engine = await start();
});

afterEach(async () => {
  await engine.close();
  await server[Symbol.asyncDispose]();
});

async function start(options: ServerEngineOptions = {}): Promise<LlmEngine> {
  const started = createServerEngine({ baseUrl: server.baseUrl, ...options });
  const { signal } = new AbortController();
  await started.start({ log: silentLogger, tmp: '/nowhere', signal, onChange() {} });
  return started;
}

/** Runs a chat to its end. */
async function answer(
  input: Parameters<typeof chat.schemas.input.parse>[0] = { prompt: 'hi' },
  signal = new AbortController().signal,
) {
  const parsed = chat.schemas.input.parse(input);
  const job = { input: parsed, messages: messagesOf(parsed), caller: undefined, signal, file: async () => '' };
  const steps: EngineChatStep[] = [];
  const answering = engine.chat(job);
  for (;;) {
    const { done, value } = await answering.next();
    if (done) return { steps, text: textOf(steps), end: value as EngineChatEnd };
    steps.push(value as EngineChatStep);
  }
}

const textOf = (steps: readonly EngineChatStep[]) =>
  steps.map((step) => (step.type === 'text' ? step.text : '')).join('');
const failure = (input?: Parameters<typeof answer>[0]) =>
  answer(input).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

describe('an engine in front of a server', () => {
  it('finds its models and asks for a stream with usage', async () => {
    expect(engine.models()).toMatchObject([{ name: 'm', chats: true }]);
    const { text, end } = await answer({ prompt: 'hi', maxOutputTokens: 9 });
    expect(server.asked[0]).toMatchObject({ stream: true, stream_options: { include_usage: true }, max_tokens: 9 });
    expect([text, end]).toMatchObject([
      'all well',
      { finishReason: 'stop', usage: { inputTokens: 5, outputTokens: 2 }, model: { name: 'm' } },
    ]);
  });

  it('gives text, reasoning and tool calls in their order', async () => {
    const delta = (content: object) => event({ choices: [{ index: 0, delta: content }] });
    server.script = [
      sse(
        delta({ role: 'assistant', content: '' }) +
          delta({ reasoning_content: 'hm' }) +
          delta({ content: 'look' }) +
          delta({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] }) +
          delta({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }) +
          ending('tool_calls', {
            prompt_tokens: 5,
            completion_tokens: 9,
            completion_tokens_details: { reasoning_tokens: 1 },
          }),
      ),
    ];
    const { steps, end } = await answer();
    expect(steps.filter(({ type }) => type !== 'usage')).toEqual([
      { type: 'reasoning', index: 0, text: 'hm' },
      { type: 'text', index: 0, text: 'look' },
      { type: 'tool-call', index: 0, id: 'c', name: 'f', arguments: '' },
      { type: 'tool-call', index: 0, arguments: '{}' },
    ]);
    expect(end).toMatchObject({ finishReason: 'tool-calls', usage: { outputTokens: 9, reasoningTokens: 1 } });
  });

  it('tells calls apart that come at once, and says so to the server', async () => {
    const call = (index: number, more: object) => ({ index, type: 'function', ...more });
    const delta = (...tool_calls: object[]) => event({ choices: [{ index: 0, delta: { tool_calls } }] });
    server.script = [
      sse(
        delta(call(0, { id: 'a', function: { name: 'f', arguments: '{' } })) +
          delta(call(1, { id: 'b', function: { name: 'g', arguments: '[' } })) +
          delta(call(0, { function: { arguments: '}' } }), call(1, { function: { arguments: ']' } })) +
          ending('tool_calls'),
      ),
    ];
    const { steps, end } = await answer({
      prompt: 'hi',
      tools: [{ name: 'f' }, { name: 'g' }],
      parallelToolCalls: true,
    });
    expect(steps.filter(({ type }) => type === 'tool-call')).toEqual([
      { type: 'tool-call', index: 0, id: 'a', name: 'f', arguments: '{' },
      { type: 'tool-call', index: 1, id: 'b', name: 'g', arguments: '[' },
      { type: 'tool-call', index: 0, arguments: '}' },
      { type: 'tool-call', index: 1, arguments: ']' },
    ]);
    expect(end.finishReason).toBe('tool-calls');
    expect(server.asked[0]).toMatchObject({ parallel_tool_calls: true });
  });

  it('embeds, in the order of the texts', async () => {
    const input = embed.schemas.input.parse({ input: ['a', 'four'] });
    const { signal } = new AbortController();
    expect(await engine.embed({ input, texts: ['a', 'four'], signal })).toMatchObject({
      vectors: [
        [1, 1],
        [4, 1],
      ],
      inputTokens: 4,
    });
  });

  it('closes the request when the job is cancelled', async () => {
    const closed = Promise.withResolvers<void>();
    server.script = [
      (response) => {
        response.once('close', () => closed.resolve());
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(piece('for ever'));
      },
    ];
    const cancel = new AbortController();
    const parsed = chat.schemas.input.parse({ prompt: 'hi' });
    const job = {
      input: parsed,
      messages: messagesOf(parsed),
      caller: undefined,
      signal: cancel.signal,
      file: async () => '',
    };
    const reason = new Error('the caller cancelled');
    const reading = (async () => {
      for await (const step of engine.chat(job)) if (step.type === 'text') cancel.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    await closed.promise;
  });

  it('knows one model from another', async () => {
    expect(await failure({ prompt: 'hi', model: 'other' })).toMatchObject({
      ...{ reason: 'model-unknown', message: 'Model "other" is not served here; these are: m.' },
    });
    server.models = [];
    await expect(start()).rejects.toMatchObject({ reason: 'server-without-models' });
  });
});

describe('a stream', () => {
  const whole = piece('über') + piece(' 😀 all') + ending();

  it('reads the same when it comes byte by byte, slowly, with notes and other ends of line', async () => {
    server.script = [
      async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const byte of Buffer.from(`: hello\n\n${whole.replaceAll('\n', '\r\n')}`)) {
          if (!response.write(Uint8Array.of(byte))) await once(response, 'drain');
          await new Promise(setImmediate);
        }
        response.end();
      },
    ];
    expect(await answer()).toMatchObject({ text: 'über 😀 all', end: { usage: { outputTokens: 2 } } });
  });

  it('reads the same when its events come twice under their ids, and its end and usage twice', async () => {
    const twice = [piece('one'), piece(' two')].map((line, id) => `id: ${id}\n${line}id: ${id}\n${line}`).join('');
    const end = ending().replace(event('[DONE]'), '');
    server.script = [sse(twice + end + end + event('[DONE]'))];
    expect(await answer()).toMatchObject({ text: 'one two', end: { usage: { inputTokens: 5, outputTokens: 2 } } });
  });

  it.each([
    ['is garbled', sse(piece('a') + event('{"choices":[{')), 'server-garbled'],
    ['holds something else', sse(piece('a') + event({ choices: [{ delta: { content: 7 } }] })), 'server-garbled'],
    ['is a page of HTML', status(200, '<html>', { 'content-type': 'text/html' }), 'server-garbled'],
    ['tells an error', sse(piece('a') + event({ error: { message: 'out of memory' } })), 'server-failed'],
    ['ends without an end', sse(piece('a')), 'server-cut-off'],
    ['ends in the middle of an event', sse(`${piece('a')}data: {"cho`), 'server-cut-off'],
  ])('that %s is the failure of the server, and is not asked for again', async (_, script, reason) => {
    server.script = [script];
    expect(await failure()).toMatchObject({ reason, recovery: 'retry-other' });
    expect(server.asked).toHaveLength(1);
  });

  it('that breaks off is the failure of the server, and is not asked for again', async () => {
    server.script = [
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(piece('a'), () => response.destroy());
      },
    ];
    expect(await failure()).toMatchObject({ reason: 'server-cut-off', recovery: 'retry-other' });
    expect(server.asked).toHaveLength(1);
  });

  it('that falls silent is given up, before its beginning and in its middle', async () => {
    await engine.close();
    engine = await start({ silenceMs: 50, firstAnswerMs: 50 });
    const begins = Promise.withResolvers<void>();
    server.script = [
      (response) => {
        response.once('close', () => begins.resolve());
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(piece('a'));
      },
      () => {},
    ];
    expect(await failure()).toMatchObject({
      reason: 'server-hangs',
      message: expect.stringContaining('in the middle'),
    });
    await begins.promise;
    expect(await failure()).toMatchObject({
      reason: 'server-hangs',
      message: expect.stringContaining('since it was asked'),
    });
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ['no usage', ending('stop', null), { inputTokens: 5, outputTokens: 2 }],
    ['a usage of no numbers', ending('stop', { prompt_tokens: 'many' }), { inputTokens: 5, outputTokens: 2 }],
    [
      'more output than there was',
      ending('stop', { prompt_tokens: 5, completion_tokens: 9_000 }),
      { inputTokens: 5, outputTokens: 2 },
    ],
    [
      'more prompt than there was',
      ending('stop', { prompt_tokens: 9_000, completion_tokens: 3 }),
      { inputTokens: 5, outputTokens: 3 },
    ],
  ])('with %s is counted here', async (_, end, usage) => {
    server.script = [sse(piece('all') + piece(' well') + end)];
    expect((await answer()).end.usage).toMatchObject(usage);
  });
});

describe('a request that is not answered', () => {
  const good = sse(piece('all') + piece(' well') + ending());

  it('is sent again after a failure, and after the pause that the server asks for', async () => {
    server.script = [status(500, '{}'), status(429, '{}', { 'retry-after': '0' }), good];
    expect(await answer()).toMatchObject({ text: 'all well' });
    expect(server.asked).toHaveLength(3);
  });

  it.each([
    ['500', status(500, '{"error":{"message":"out of\\nmemory"}}'), 'server-failed', 'status 500: "out of memory"', 3],
    ['429 again and again', status(429, '{}', { 'retry-after': '0' }), 'server-busy', 'takes no more requests', 3],
    ['429 for an hour', status(429, '{}', { 'retry-after': '3600' }), 'server-busy', 'asks for 3600 s', 1],
    ['401', status(401, '{"message":"no key"}'), 'server-failed', '"no key"', 1],
  ])('fails on another than the caller: %s', async (_, script, reason, text, times) => {
    server.script = [script];
    expect(await failure()).toMatchObject({ reason, message: expect.stringContaining(text), recovery: 'retry-other' });
    expect(server.asked).toHaveLength(times);
  });

  it('is refused for what the caller asked, once', async () => {
    server.script = [status(400, '{"error":{"message":"no such schema"}}')];
    const expected = {
      reason: 'server-refused',
      message: expect.stringContaining('"no such schema"'),
      recovery: 'fix-request',
    };
    expect(await failure()).toMatchObject(expected);
    expect(server.asked).toHaveLength(1);
  });

  it('finds nobody there', async () => {
    await server[Symbol.asyncDispose]();
    expect(await failure()).toMatchObject({ reason: 'server-unreachable', recovery: 'retry-other' });
    await expect(start()).rejects.toMatchObject({ message: expect.stringContaining('nothing listens there') });
  });
});
