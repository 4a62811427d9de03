import { chat } from '@byoc/plugin-llm';
import { openLlm } from './support/open-llm.ts';
import { residentBytes } from './support/resident-memory.ts';
import { median, report } from './support/statistics.ts';
import { workerOf } from './support/worker-of.ts';

/**
 * Resident memory of worker and orchestrator over a thousand chat jobs of many callers, after those that load code and fill what is
 * bounded. V8 lets garbage lie up to a hundred MiB before it looks at the old: here both have little more room than what they hold.
 */
const ROOM = '--max-old-space-size=64 --max-semi-space-size=2';
const WARM_UP = 500;
const JOBS = 1000;
const AT_ONCE = 4;
/** Jobs whose sizes make one figure. */
const WINDOW = 200;
const MIB = 1024 ** 2;

await using llm = await openLlm({ slots: AT_ONCE, nodeOptions: ROOM });
const { gateway, lab } = llm;
const pids = { worker: await workerOf(lab.orchestratorPid), orchestrator: lab.orchestratorPid };
const sizes = { worker: [] as number[], orchestrator: [] as number[] };

let next = 0;
async function client(): Promise<void> {
  while (next < WARM_UP + JOBS) {
    next += 1;
    const content = `Caller ${next} says: ${'la '.repeat(next % 40)}`;
    const session = next % 3 === 0 ? undefined : `caller-${next % 100}`;
    await gateway.run(chat, { prompt: content, temperature: 0, maxOutputTokens: 16 }, { session }).result;
    for (const name of ['worker', 'orchestrator'] as const) sizes[name].push(await residentBytes(pids[name]));
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, client));
for (const name of ['worker', 'orchestrator'] as const) {
  const before = median(sizes[name].slice(WARM_UP - WINDOW, WARM_UP)) / MIB;
  const after = median(sizes[name].slice(-WINDOW)) / MIB;
  const figure = `${before.toFixed(0)} MiB before, ${after.toFixed(0)} MiB at the end`;
  report(`memory of the ${name} over ${JOBS} jobs`, figure, 'at most 16 MiB more', after - before <= 16);
}
