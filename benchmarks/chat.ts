import { join } from 'node:path';
import { silentLogger } from '@byoc/core';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { chat, messagesOf } from '@byoc/plugin-llm';
import { createLlamaEngine } from '@byoc/plugin-llm/llama';
import { openLab } from './support/open-lab.ts';
import { median, percentile, report } from './support/statistics.ts';

/**
 * A streamed answer through gateway, orchestrator and worker against the same engine, model and prompt in this process, one after the
 * other in each round. Without BYOC_BENCH_MODELS, a folder of GGUF files, it is the tiny test model, which makes a token in well under a
 * millisecond: the hardest case for what carries it.
 */
const ROUNDS = 7;
const TOKENS = 100;
/** The same for both; more would wait for each other where the machine is busy. */
const THREADS = 1;
const PROMPT = process.env['BYOC_BENCH_MODELS'] === undefined ? 'Sing!' : 'Count from one to five hundred.';

const plugin = join(import.meta.dirname, '../packages/plugin-llm');
const folder = process.env['BYOC_BENCH_MODELS'];
const path = folder === undefined ? join(plugin, 'tiny-model/tiny.gguf') : join(folder, 'model.gguf');

await using lab = await openLab({
  plugins: [plugin],
  environment: { BYOC_LLM_THREADS: String(THREADS), ...(folder === undefined ? {} : { BYOC_LLM_MODELS_PATH: folder }) },
});
await using gateway = createGateway({ sources: [staticSource([lab.url])] });
await gateway.ready();
const engine = createLlamaEngine({ models: [{ name: 'alone', path }], threads: THREADS });
const { signal } = new AbortController();
await engine.start({ log: silentLogger, tmp: lab.directory, signal, onChange() {} });

interface Streamed {
  readonly firstMs: number;
  readonly tokensPerSecond: number;
}

const asked = { prompt: PROMPT, temperature: 0, maxOutputTokens: TOKENS } as const;

async function through(): Promise<Streamed> {
  const startedAt = performance.now();
  const job = gateway.run(chat, asked);
  let firstAt = 0;
  for await (const frame of job) if (frame.type === 'event') firstAt ||= performance.now();
  const { output } = await job.result;
  return streamed(startedAt, firstAt, output.usage.outputTokens);
}

async function alone(): Promise<Streamed> {
  const startedAt = performance.now();
  const input = chat.schemas.input.parse(asked);
  const job = { input, messages: messagesOf(input), caller: undefined, signal, file: async () => '' };
  const steps = engine.chat(job);
  let firstAt = 0;
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return streamed(startedAt, firstAt, value.usage.outputTokens);
    if (value.type !== 'usage') firstAt ||= performance.now();
  }
}

function streamed(startedAt: number, firstAt: number, tokens: number): Streamed {
  return { firstMs: firstAt - startedAt, tokensPerSecond: (tokens - 1) / ((performance.now() - firstAt) / 1000) };
}

/** From a cancel in the middle of an answer until another answer has begun. */
async function cancelled(): Promise<number> {
  const job = gateway.run(chat, { ...asked, maxOutputTokens: 100_000 });
  let pieces = 0;
  for await (const frame of job) {
    pieces += frame.type === 'event' ? 1 : 0;
    if (pieces === 20) break;
  }
  const cancelledAt = performance.now();
  job.cancel();
  await job.result.catch(() => {});
  await gateway.run(chat, { ...asked, maxOutputTokens: 1 }).result;
  return performance.now() - cancelledAt;
}

for (let index = 0; index < 3; index += 1) {
  await alone();
  await through();
}
const runs = { alone: [] as Streamed[], through: [] as Streamed[] };
for (let round = 0; round < ROUNDS; round += 1) {
  runs.alone.push(await alone());
  runs.through.push(await through());
}
const rate = (of: readonly Streamed[]) => median(of.map(({ tokensPerSecond }) => tokensPerSecond));
const first = (of: readonly Streamed[]) => median(of.map(({ firstMs }) => firstMs));
console.log(
  `tokens a second, median of ${ROUNDS}: alone ${rate(runs.alone).toFixed(0)}, through ${rate(runs.through).toFixed(0)}`,
);
console.log(
  `first token, ms, median: alone ${first(runs.alone).toFixed(1)}, through ${first(runs.through).toFixed(1)}`,
);
const ratio = median(
  runs.through.map(({ tokensPerSecond }, round) => tokensPerSecond / (runs.alone[round]?.tokensPerSecond ?? 1)),
);
report('streamed tokens a second, through / alone', ratio.toFixed(3), '≥ 0.98', ratio >= 0.98);
const added = first(runs.through) - first(runs.alone);
report('added to the first token, p50', `${added.toFixed(1)} ms`, '≤ 3 ms', added <= 3);
const cancels: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) cancels.push(await cancelled());
console.log(`from a cancel to the end of the next answer of one token, ms: p50 ${percentile(cancels, 0.5).toFixed(1)}`);
await engine.close();
