import { openLlamaAlone } from './support/llama-alone.ts';
import { LLM_CONTEXT_TOKENS, LLM_THREADS, openLlm } from './support/open-llm.ts';
import { median, report } from './support/statistics.ts';
import { type Streamed, streamThrough } from './support/stream-through.ts';

/** Eight streamed answers at once, through gateway, orchestrator and worker: against node-llama-cpp batching alone, and against one by one. */
const STREAMS = 8;
const ROUNDS = 7;
const TOKENS = 100;
const WARM_UP = 3;

await using llm = await openLlm({ slots: STREAMS });
const { gateway, prompt, path } = llm;
await using alone = await openLlamaAlone({
  ...{ path, threads: LLM_THREADS, sequences: STREAMS, contextTokens: LLM_CONTEXT_TOKENS },
});

/** Tokens a second of all together. */
async function rateOf(run: () => Promise<readonly Streamed[]>): Promise<number> {
  const startedAt = performance.now();
  const tokens = (await run()).reduce((sum, streamed) => sum + streamed.tokens, 0);
  return (tokens / (performance.now() - startedAt)) * 1000;
}
const places = Array.from({ length: STREAMS }, (_, place) => place);
const sides = {
  alone: () => Promise.all(places.map((place) => alone.stream(prompt, TOKENS, place))),
  through: () => Promise.all(places.map(() => streamThrough(gateway, prompt, TOKENS))),
  async 'one by one'() {
    const done: Streamed[] = [];
    for (const _ of places) done.push(await streamThrough(gateway, prompt, TOKENS));
    return done;
  },
};
const rates: Record<keyof typeof sides, number>[] = [];
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  const rate = {
    alone: await rateOf(sides.alone),
    through: await rateOf(sides.through),
    'one by one': await rateOf(sides['one by one']),
  };
  if (round >= WARM_UP) rates.push(rate);
}
for (const side of Object.keys(sides) as (keyof typeof sides)[])
  console.log(`${side}: ${median(rates.map((rate) => rate[side])).toFixed(0)} tokens a second`);
const batching = median(rates.map(({ through, alone: engine }) => through / engine));
report(`${STREAMS} streams, through / the engine batching alone`, batching.toFixed(3), '≥ 0.95', batching >= 0.95);
const gain = median(rates.map((rate) => rate.through / rate['one by one']));
report(`${STREAMS} streams at once / one by one`, gain.toFixed(2), '≥ 1.5', gain >= 1.5);
