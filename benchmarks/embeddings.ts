import { embed } from '@byoc/plugin-llm';
import { openLlm } from './support/open-llm.ts';
import { median, report } from './support/statistics.ts';

/** Sixty-four texts in one embedding job against sixty-four jobs, one after the other, through gateway, orchestrator and worker. */
const TEXTS = 64;
const ROUNDS = 5;

await using llm = await openLlm({ slots: 1 });
const texts = Array.from({ length: TEXTS }, (_, index) => `Text ${index}: la la la`);

async function timeOf(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}
const together = () => timeOf(async () => void (await llm.gateway.run(embed, { input: texts }).result));
const apart = () =>
  timeOf(async () => {
    for (const input of texts) await llm.gateway.run(embed, { input }).result;
  });

const ratios: number[] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const ms = { together: await together(), apart: await apart() };
  if (round === 0) continue;
  ratios.push(ms.apart / ms.together);
  console.log(`${TEXTS} texts: ${ms.together.toFixed(0)} ms together, ${ms.apart.toFixed(0)} ms apart`);
}
const gain = median(ratios);
report(`a batch of ${TEXTS} embeddings / as many single calls`, gain.toFixed(2), '≥ 2', gain >= 2);
