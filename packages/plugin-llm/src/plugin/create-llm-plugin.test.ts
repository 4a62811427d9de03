import { once } from 'node:events';
import type { JobFrame } from '@byoc/core/protocol';
import { createWorker } from '@byoc/core/worker';
import { describe, expect, it } from 'vitest';
import { chat } from '../capability/chat.ts';
import type { LlmEngine } from '../engine/llm-engine.ts';
import { createLlmPlugin } from './create-llm-plugin.ts';

/** Answers "hm"; to the prompt "hang" it begins to, and hangs. */
function engineThat(hangs: (signal: AbortSignal) => Promise<unknown>): LlmEngine {
  const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 };
  return {
    ...{ name: 'scripted', slots: 1, start: async () => {}, close: async () => {} },
    models: () => [{ name: 'm', loaded: true, chats: true, embeds: false, sees: false }],
    async *chat({ input, signal }) {
      yield { type: 'usage', usage };
      yield { type: 'text', index: 0, text: 'hm' };
      if (input.prompt === 'hang') await hangs(signal);
      signal.throwIfAborted();
      return { finishReason: 'stop', usage, model: { name: 'm', engine: 'scripted' }, ignored: [] };
    },
    embed: async () => expect.unreachable(),
    countChat: async () => 3,
    countEmbed: async () => 3,
  };
}

async function* open(input: object) {
  yield {
    ...{ type: 'open' as const, jobId: 'job_00000001', capability: chat.reference, deadline: Date.now() + 60_000 },
    ...{ inputJson: new TextEncoder().encode(JSON.stringify(input)), traceparent: '' },
    ...{ onDisconnect: 'cancel' as const, stagedParts: [] },
  };
  yield { type: 'end' as const };
}

describe('an engine that hangs', () => {
  it.each([
    ['and heeds its signal fails its job; the worker goes on', (signal: AbortSignal) => once(signal, 'abort'), 'ready'],
    ['and heeds nobody fails its job; the worker is to be replaced', () => new Promise(() => {}), 'failed'],
  ])('%s', async (_, hangs, phase) => {
    const plugin = createLlmPlugin({ engine: async () => engineThat(hangs), slots: 1, silenceMs: 20 });
    const worker = createWorker(plugin, { jobsPath: '/nowhere', tmpPath: '/nowhere' });
    await worker.setup();
    const frames: JobFrame[] = [];
    for await (const batch of worker.runJob(open({ prompt: 'hang' }))) frames.push(...batch);
    expect(frames.at(-1)).toMatchObject({
      error: { code: 'JOB_FAILED', facts: { reason: 'engine-hangs', recovery: 'retry-other' } },
    });
    expect(worker.state).toMatchObject({ phase, slotsFree: phase === 'ready' ? 1 : 0 });
    if (phase === 'failed') expect(worker.state.reason).toBe('The engine has said nothing for 20 ms.');
  });
});

it('tells of its models what they take, and what of it is on cards', async () => {
  const can = { chats: true, embeds: false, sees: false };
  const engine = {
    ...engineThat(async () => {}),
    models: () => [
      { name: 'a', loaded: true, ...can, contextTokens: 512, memoryBytes: 7, deviceMemoryBytes: 5 },
      { name: 'b', loaded: true, ...can, contextTokens: 256, memoryBytes: 3, deviceMemoryBytes: 2 },
      { name: 'c', loaded: false, ...can },
    ],
  };
  const worker = createWorker(createLlmPlugin({ engine: async () => engine }), {
    ...{ jobsPath: '/nowhere', tmpPath: '/nowhere' },
  });
  await worker.setup();
  expect(worker.state).toMatchObject({ models: ['a', 'b', 'c'], deviceMemoryBytes: 7 });
  expect(worker.state.details['models']).toMatchObject([
    { name: 'a', loaded: true, contextTokens: 512, memoryBytes: 7 },
    { name: 'b', loaded: true, contextTokens: 256, memoryBytes: 3 },
    { name: 'c', loaded: false, contextTokens: null, memoryBytes: null },
  ]);
});
