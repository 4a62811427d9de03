import { once } from 'node:events';
import type { JobFrame } from '@byoc/core/protocol';
import { createManualClock } from '@byoc/core/testing';
import { createWorker } from '@byoc/core/worker';
import { chat } from '@byoc/plugin-llm';
import type { EngineChatStep, LlmEngine } from '@byoc/plugin-llm/engine';
import { createLlmPlugin } from '@byoc/plugin-llm/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, startTinyEngine } from './tiny-llm.ts';

/** Longer than a batch: it is read in pieces. */
const long = 'la '.repeat(900);

describe('a prompt that is being read', () => {
  let engine: LlmEngine;
  beforeAll(async () => {
    engine = await startTinyEngine({ slots: 1 });
  });
  afterAll(() => engine.close());

  it('is read no further when its caller is gone, and the slot is free again', async () => {
    const caller = 'ann';
    const gone = new AbortController();
    const input = chat.schemas.input.parse({ prompt: long });
    const messages = [{ role: 'user' as const, content: long }];
    const file = () => Promise.reject(new Error('there are no files'));
    const steps = engine.chat({ input, messages, caller, signal: gone.signal, file });
    expect(await steps.next()).toMatchObject({ value: { type: 'usage', usage: { inputTokens: 0 } } });
    gone.abort(new Error('gone'));
    await expect(steps.next()).rejects.toThrow('gone');
    // What was read stays for the same caller: one piece of it, and no more.
    const { usage } = await ask(engine, { prompt: long, maxOutputTokens: 1 }, { caller });
    expect(usage.cachedInputTokens).toBeGreaterThan(0);
    expect(usage.inputTokens).toBeGreaterThan(100);
  });

  it('ends with its deadline, uncounted, and the slot is free again', async () => {
    const clock = createManualClock({ startMs: 1000 });
    const seen: EngineChatStep[] = [];
    let armed = false;
    const late: LlmEngine = watched(engine, async (step, signal) => {
      if (!armed) return;
      seen.push(step);
      void clock.advance(60_000);
      if (!signal.aborted) await once(signal, 'abort');
    });
    const worker = createWorker(createLlmPlugin({ engine: async () => late }), {
      ...{ jobsPath: '/nowhere', tmpPath: '/nowhere', clock },
    });
    await worker.setup();
    armed = true;
    const frames: JobFrame[] = [];
    for await (const batch of worker.runJob(open({ prompt: long }, 50_000))) frames.push(...batch);
    expect(frames.map(({ type }) => type)).toEqual(['accepted', 'error']);
    expect(frames.at(-1)).toMatchObject({ error: { code: 'JOB_DEADLINE_EXCEEDED' } });
    expect(seen).toHaveLength(1);
    expect(worker.state).toMatchObject({ phase: 'ready', slotsFree: 1 });
    expect((await ask(engine, { prompt: 'What is the capital of France?' })).content).toBe('Paris');
  });
});

/** An engine whose steps a test sees before the plugin does. It leaves the real one open. */
function watched(inner: LlmEngine, see: (step: EngineChatStep, signal: AbortSignal) => Promise<void>): LlmEngine {
  return {
    ...{ name: 'watched', slots: inner.slots },
    start: async () => {},
    models: () => inner.models(),
    embed: (job) => inner.embed(job),
    countChat: (job) => inner.countChat(job),
    countEmbed: (job) => inner.countEmbed(job),
    close: async () => {},
    async *chat(job) {
      const steps = inner.chat(job);
      for (;;) {
        const { done, value } = await steps.next();
        if (done === true) return value;
        await see(value, job.signal);
        yield value;
      }
    },
  };
}

async function* open(input: object, deadline: number) {
  yield {
    ...{ type: 'open' as const, jobId: 'job_00000001', capability: chat.reference, deadline, traceparent: '' },
    ...{ inputJson: new TextEncoder().encode(JSON.stringify(input)), onDisconnect: 'cancel' as const, stagedParts: [] },
  };
  yield { type: 'end' as const };
}
