import { chat } from '@byoc/plugin-llm';
import { openLlamaAlone } from './support/llama-alone.ts';
import { LLM_CONTEXT_TOKENS, LLM_THREADS, openLlm } from './support/open-llm.ts';
import { median, report } from './support/statistics.ts';
import { type Streamed, streamThrough } from './support/stream-through.ts';

/**
 * One streamed answer at a time through gateway, orchestrator and worker against node-llama-cpp alone, same model and prompt, one after
 * the other in each round; how soon a cancelled answer makes room for one that waits; what a second turn evaluates again.
 */
const ROUNDS = 15;
const TOKENS = 200;
/** Until each process has compiled what a token passes. */
const WARM_UP = 10;

await using llm = await openLlm({ slots: 1 });
const { gateway, prompt, path } = llm;
await using alone = await openLlamaAlone({
  ...{ path, threads: LLM_THREADS, sequences: 1, contextTokens: LLM_CONTEXT_TOKENS },
});

const runs: { alone: Streamed; through: Streamed }[] = [];
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  const run = { alone: await alone.stream(prompt, TOKENS), through: await streamThrough(gateway, prompt, TOKENS) };
  if (round >= WARM_UP) runs.push(run);
}
const middle = (side: 'alone' | 'through', figure: keyof Streamed) => median(runs.map((run) => run[side][figure]));
for (const side of ['alone', 'through'] as const) {
  const rate = middle(side, 'tokensPerSecond').toFixed(0);
  console.log(`${side}: ${rate} tokens a second, the first after ${middle(side, 'firstMs').toFixed(1)} ms`);
}
const ratio = median(runs.map((run) => run.through.tokensPerSecond / run.alone.tokensPerSecond));
report('streamed tokens a second, through / alone', ratio.toFixed(3), '≥ 0.98', ratio >= 0.98);
const addedMs = middle('through', 'firstMs') - middle('alone', 'firstMs');
report('added to the first token, p50', `${addedMs.toFixed(1)} ms`, '≤ 3 ms', addedMs <= 3);

/** From a cancel in the middle of an answer until a worker with one slot has taken the job that waited for it. */
async function cancelMs(): Promise<number> {
  const cancelled = gateway.run(chat, { prompt, temperature: 0, maxOutputTokens: LLM_CONTEXT_TOKENS });
  let pieces = 0;
  for await (const frame of cancelled) {
    pieces += frame.type === 'event' ? 1 : 0;
    if (pieces === 20) break;
  }
  const waiting = gateway.run(chat, { prompt, temperature: 0, maxOutputTokens: 1 });
  let cancelledAt = 0;
  let tookMs = Number.NaN;
  for await (const frame of waiting) {
    if (frame.type === 'queued' && cancelledAt === 0) {
      cancelledAt = performance.now();
      cancelled.cancel();
    } else if (frame.type === 'accepted') tookMs = performance.now() - cancelledAt;
  }
  await Promise.allSettled([cancelled.result, waiting.result]);
  return tookMs;
}

const cancels: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) cancels.push(await cancelMs());
const tokenMs = 1000 / middle('alone', 'tokensPerSecond');
const freedMs = median(cancels);
report(
  'from a cancel until the next job has its slot, p50',
  `${freedMs.toFixed(1)} ms, where a token takes ${tokenMs.toFixed(1)} ms`,
  '≤ a token and 20 ms',
  freedMs <= tokenMs + 20,
);

/** Tokens of a prompt that were evaluated, and those that were there. */
async function prefill(messages: { role: 'user' | 'assistant'; content: string }[], session: string) {
  const { output } = await gateway.run(chat, { messages, temperature: 0, maxOutputTokens: TOKENS }, { session }).result;
  return { content: output.message.content, ...output.usage };
}
const question = { role: 'user' as const, content: prompt };
const first = await prefill([question], 'one');
const turns = [question, { role: 'assistant' as const, content: first.content }, question];
const [second, anew] = [await prefill(turns, 'one'), await prefill(turns, 'two')];
const evaluated = anew.inputTokens - (first.inputTokens + first.outputTokens);
report(
  'prompt tokens that a second turn evaluates',
  `${second.inputTokens} of ${anew.inputTokens}, of which ${evaluated} are new`,
  'the new ones and at most 2',
  second.inputTokens <= evaluated + 2,
);
