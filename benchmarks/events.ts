import { createGateway, staticSource } from '@byoc/core/gateway';
import { connectWorker } from '@byoc/core/protocol';
import { work } from './plugin/plugin.ts';
import { openLab } from './support/open-lab.ts';
import { workerEvents } from './support/small-job.ts';
import { median, percentile, report } from './support/statistics.ts';

/** Small events on one stream, through worker, orchestrator and gateway to a caller that reads each of them. */
const EVENTS = 50_000;
const ROUNDS = 5;

await using lab = await openLab();
await using gateway = createGateway({ sources: [staticSource([lab.url])] });
await gateway.ready();
const worker = connectWorker({ type: 'unix', path: lab.workerSocket });

/** Events a second, and ms to the first. */
async function run(events: number): Promise<{ rate: number; firstMs: number }> {
  const startedAt = performance.now();
  let firstAt = 0;
  let count = 0;
  const job = gateway.run(work, { events });
  for await (const frame of job) {
    if (frame.type !== 'event') continue;
    count += 1;
    if (count === 1) firstAt = performance.now();
  }
  await job.result;
  if (count !== events) throw new Error(`${count} events of ${events} came`);
  return { rate: events / ((performance.now() - startedAt) / 1000), firstMs: firstAt - startedAt };
}

for (let round = 0; round < 200; round += 1) await run(1);
const firsts: number[] = [];
for (let round = 0; round < 300; round += 1) firsts.push((await run(1)).firstMs);
await run(5_000);
await workerEvents(worker, 5_000);
const rates: number[] = [];
const direct: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  rates.push((await run(EVENTS)).rate);
  const startedAt = performance.now();
  await workerEvents(worker, EVENTS);
  direct.push(EVENTS / ((performance.now() - startedAt) / 1000));
}

console.log(`events/s straight from the worker, decoded only: ${median(direct).toFixed(0)}`);
const rate = median(rates);
report('small events on one stream, all hops', `${rate.toFixed(0)} a second`, '≥ 20,000 a second', rate >= 20_000);
const first = median(firsts);
report(
  'first event after run()',
  `p50 ${first.toFixed(2)} ms, p99 ${percentile(firsts, 0.99).toFixed(2)} ms`,
  'p50 ≤ 5 ms',
  first <= 5,
);
worker.close();
