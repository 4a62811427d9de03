import { once } from 'node:events';
import type { InputOf } from '@byoc/core';
import { createGateway, createMemoryReceiptStore, createOpenaiFacade, staticSource } from '@byoc/core/gateway';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import { createCreditGatewayProvider, createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import { chat, embed } from '@byoc/plugin-llm';
import type { EngineChat, EngineChatStep, LlmEngine } from '@byoc/plugin-llm/engine';
import { createLlamaEngine } from '@byoc/plugin-llm/llama';
import { createLlmPlugin } from '@byoc/plugin-llm/plugin';
import { createServerEngine } from '@byoc/plugin-llm/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ending, type ModelServer, piece, sse, startModelServer, status } from '../../support/model-server.ts';
import { until } from '../../support/until.ts';
import { startOrchestrator } from '../gateway/start-orchestrator.ts';
import { ask, startTinyEngine, tinyModel } from './tiny-llm.ts';

const signer = createLocalSigner(createPrivateKey());
const key = { provider: 'credit', payer: signer.address.toLowerCase() };
/** Wei: so that no sum of tokens is like another. */
const wei = { base: 1_000_003n, input: 101n, cached: 11n, output: 1009n };
const price = {
  baseWei: String(wei.base),
  meters: {
    input_tokens: { amountWei: String(wei.input), per: '1' },
    cached_input_tokens: { amountWei: String(wei.cached), per: '1' },
    output_tokens: { amountWei: String(wei.output), per: '1' },
  },
};
const mapValues = <A, B>(from: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(from).map(([name, value]) => [name, map(value)]));
const costOf = (usage: Readonly<Record<string, bigint>>) =>
  wei.base +
  wei.input * (usage['input_tokens'] ?? 0n) +
  wei.cached * (usage['cached_input_tokens'] ?? 0n) +
  wei.output * (usage['output_tokens'] ?? 0n);

/** The engine, watched, so that a test can hold a job at a step of it. */
const watch = {
  now: 0,
  most: 0,
  hold: undefined as ((job: EngineChat, step: EngineChatStep) => Promise<void>) | undefined,
};

function watched(inner: LlmEngine): LlmEngine {
  return {
    ...{ name: 'watched', slots: inner.slots },
    start: (context) => inner.start(context),
    models: () => inner.models(),
    embed: (job) => inner.embed(job),
    countChat: (job) => inner.countChat(job),
    countEmbed: (job) => inner.countEmbed(job),
    close: () => inner.close(),
    async *chat(job) {
      watch.now += 1;
      watch.most = Math.max(watch.most, watch.now);
      try {
        const steps = inner.chat(job);
        for (;;) {
          const { done, value } = await steps.next();
          if (done === true) return value;
          await watch.hold?.(job, value);
          yield value;
        }
      } finally {
        watch.now -= 1;
      }
    },
  };
}

/** An orchestrator that is paid with credit, and a gateway that has some. */
async function sell(open: AsyncDisposableStack, engine: () => LlmEngine) {
  const plugin = createLlmPlugin({ engine: async () => engine() });
  const started = open.use(await startOrchestrator({ plugin, price, payment: [createCreditOrchestratorProvider()] }));
  const { ledger } = started.orchestrator.desk;
  ledger.apply(key, { type: 'credit', creditId: 'grant', amountWei: 10n ** 12n });
  const receipts = createMemoryReceiptStore();
  const payment = [createCreditGatewayProvider({ signer })];
  const gateway = open.use(createGateway({ sources: [staticSource([started.url])], payment, receipts }));
  await gateway.ready();
  return {
    gateway,
    run: (input: InputOf<typeof chat>, options: object = {}) =>
      gateway.run(chat, { temperature: 0, ...input }, { maxCostWei, ...options }),
    embed: async (input: InputOf<typeof embed>) => (await gateway.run(embed, input, { maxCostWei }).result).output,
    charged: (jobId: string) => ledger.job(jobId)?.chargedWei,
    jobEnded: (jobId: string) => started.jobEnded(jobId),
    /** The usage of a receipt that may come after the end of the job. */
    async receiptOf(jobId: string) {
      const { receiptJson } = await until(() => receipts.get(jobId));
      return JSON.parse(new TextDecoder().decode(receiptJson)) as { usage: Record<string, string> };
    },
  };
}
type Sale = Awaited<ReturnType<typeof sell>>;

const maxCostWei = 100_000_000n;
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

describe('paid jobs of the llama engine', () => {
  const open = new AsyncDisposableStack();
  let sale: Sale;
  beforeAll(async () => {
    const llama = { models: [tinyModel], gpu: 'cpu', threads: 1, memoryBytes: 1e9 } as const;
    sale = await sell(open, () => watched(createLlamaEngine(llama)));
  });
  afterAll(() => open.disposeAsync());

  describe('a chat', () => {
    it('costs what the engine counts itself, token for token, to the wei', async () => {
      const prompt = 'What is two plus two?';
      const { output, usage, payment, jobId } = await sale.run({ prompt }).result;
      const engine = await startTinyEngine();
      const own = (await ask(engine, { prompt })).usage;
      await engine.close();
      expect(output.usage).toEqual(own);
      const counted = { input_tokens: own.inputTokens, cached_input_tokens: 0, output_tokens: own.outputTokens };
      expect(usage).toEqual(mapValues(counted, BigInt));
      expect(payment.receipt?.usage).toEqual(mapValues(counted, String));
      expect([payment.chargedWei, payment.problem]).toEqual([costOf(usage), undefined]);
      expect(sale.charged(jobId)).toBe(costOf(usage));
    });

    it('costs the same over the OpenAI façade, and says so', async () => {
      const facade = createOpenaiFacade({ gateway: sale.gateway, jobOptions: () => ({ maxCostWei }) });
      const body = { model: 'tiny', temperature: 0, messages: [{ role: 'user', content: 'Name the seasons.' }] };
      const headers = { 'content-type': 'application/json' };
      const request = new Request('http://x/v1/chat/completions', {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      const answer = (await (await facade.handle(request)).json()) as {
        id: string;
        usage: { prompt_tokens: number; completion_tokens: number };
        byoc: { chargedWei: string };
      };
      const { prompt_tokens: input, completion_tokens: output } = answer.usage;
      const due = costOf({ input_tokens: BigInt(input), output_tokens: BigInt(output) });
      expect(output).toBeGreaterThan(3);
      expect(answer.byoc.chargedWei).toBe(String(due));
      expect(sale.charged(answer.id.replace('chatcmpl-', ''))).toBe(due);
    });

    it('is answered 64 times at once on four slots, each for itself', async () => {
      watch.most = 0;
      const jobs = Array.from({ length: 64 }, () => sale.run({ prompt: 'What is the capital of France?' }).result);
      for (const { output, usage, jobId } of await Promise.all(jobs))
        expect([output.message.content, sale.charged(jobId)]).toEqual(['Paris', costOf(usage)]);
      expect(watch.most).toBe(4);
    });

    it('that is cancelled while it waits for a slot costs nothing, and never reaches the engine', async () => {
      const [gate, asked] = [Promise.withResolvers<void>(), new Set<string | undefined>()];
      watch.hold = (job) => {
        asked.add(job.input.prompt);
        return gate.promise;
      };
      const held = Array.from({ length: 4 }, () => sale.run({ prompt: 'Name the seasons.' }).result);
      await until(async () => watch.now === 4);
      const job = sale.run({ prompt: 'Hello!' });
      const error = errorOf(job.result);
      for await (const frame of job) if (frame.type === 'queued') job.cancel('enough');
      expect(await error).toMatchObject({ code: 'JOB_CANCELLED' });
      await sale.jobEnded(job.jobId);
      gate.resolve();
      for (const { output } of await Promise.all(held))
        expect(output.message.content).toBe('spring, summer, autumn, winter');
      watch.hold = undefined;
      expect([...asked]).toEqual(['Name the seasons.']);
      expect(sale.charged(job.jobId)).toBe(0n);
    });

    it('that is cancelled midway costs the tokens that were delivered, and not one more', async () => {
      const delivered = 5;
      let [told, counted, due] = [0, 0, 0];
      // The sixth token is counted, and its text not yet sent, when the cancel comes.
      watch.hold = async ({ signal }, step) => {
        if (step.type === 'usage') counted = step.usage.outputTokens;
        else if (++told <= delivered) due = counted;
        else if (!signal.aborted) await once(signal, 'abort');
      };
      const job = sale.run({ prompt: 'Sing!' });
      const error = errorOf(job.result);
      let heard = 0;
      for await (const frame of job) if (frame.type === 'event' && ++heard === delivered) job.cancel('enough');
      expect(await error).toMatchObject({ code: 'JOB_CANCELLED' });
      await sale.jobEnded(job.jobId);
      watch.hold = undefined;
      expect(due).toBeGreaterThanOrEqual(delivered);
      const { usage } = await sale.receiptOf(job.jobId);
      expect(usage).toMatchObject({ output_tokens: String(due) });
      expect(sale.charged(job.jobId)).toBe(costOf(mapValues(usage, BigInt)));
    });
  });

  describe('embeddings', () => {
    it('come as floats, or as base64 of the same floats, of as many dimensions as were asked for', async () => {
      const asked = { input: 'a cat', dimensions: 8 };
      const [floats, text] = [await sale.embed(asked), await sale.embed({ ...asked, encoding: 'base64' })];
      const bytes = Buffer.from(text.embeddings[0] as string, 'base64');
      expect(bytes.byteLength).toBe(8 * 4);
      for (const [index, value] of (floats.embeddings[0] as number[]).entries())
        expect(bytes.readFloatLE(index * 4)).toBeCloseTo(value, 6);
      const whole = await sale.embed({ input: 'a cat', normalized: false });
      expect(whole.dimensions).toBe(112);
      expect(Math.hypot(...(whole.embeddings[0] as number[]))).not.toBeCloseTo(1, 3);
    });

    it('of more dimensions than the model has are refused with both numbers, and cost nothing', async () => {
      await expect(sale.embed({ input: 'a cat', dimensions: 113 })).rejects.toMatchObject({
        ...{ code: 'JOB_FAILED', charged: { amountWei: '0' } },
        facts: {
          ...{ reason: 'dimensions-too-many', recovery: 'fix-request' },
          message: 'Model tiny has vectors of 112 numbers, and 113 were asked for.',
        },
      });
    });
  });
});

describe('a paid chat with a model server that fails', () => {
  const open = new AsyncDisposableStack();
  let server: ModelServer;
  let sale: Sale;
  beforeAll(async () => {
    server = open.use(await startModelServer());
    sale = await sell(open, () => createServerEngine({ baseUrl: server.baseUrl, triesMax: 1 }));
  });
  afterAll(() => open.disposeAsync());

  it.each([
    ['before its first token', status(500, '{"error":"no memory"}'), 'server-failed'],
    ['by a refusal', status(400, '{"error":"no such schema"}'), 'server-refused'],
    ['in the middle of the answer', sse(piece('all') + piece(' well')), 'server-cut-off'],
    ['by garbage in the middle', sse(`${piece('all')}data: {"cho\n\n`), 'server-garbled'],
  ])('costs nothing: %s', async (_, script, reason) => {
    server.script = [script];
    const job = sale.run({ prompt: 'hi' });
    expect(await errorOf(job.result)).toMatchObject({
      ...{ code: 'JOB_FAILED', facts: { reason }, charged: { amountWei: '0' } },
    });
    expect(sale.charged(job.jobId)).toBe(0n);
  });

  it('costs, when its caller cancels, the pieces that were sent', async () => {
    server.script = [
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(piece('one') + piece(' two') + piece(' three'));
      },
    ];
    const job = sale.run({ prompt: 'hi' });
    const error = errorOf(job.result);
    let heard = 0;
    for await (const frame of job) if (frame.type === 'event' && ++heard === 3) job.cancel('enough');
    expect(await error).toMatchObject({ code: 'JOB_CANCELLED' });
    await sale.jobEnded(job.jobId);
    expect(sale.charged(job.jobId)).toBe(costOf({ output_tokens: 3n }));
  });

  it('costs what the next one takes when the server is well again', async () => {
    server.script = [sse(piece('all') + piece(' well') + ending())];
    const { usage, payment } = await sale.run({ prompt: 'hi' }).result;
    expect(usage).toEqual({ input_tokens: 5n, cached_input_tokens: 0n, output_tokens: 2n });
    expect(payment.chargedWei).toBe(costOf(usage));
  });
});
