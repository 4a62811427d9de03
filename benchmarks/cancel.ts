import { createGateway, staticSource } from '@byoc/core/gateway';
import { work } from './plugin/plugin.ts';
import { openLab } from './support/open-lab.ts';
import { percentile, report } from './support/statistics.ts';

/**
 * From `job.cancel()` in the caller's process to the abort of the handler's signal in the worker's: both read the machine's
 * monotonic clock, and the next job asks the worker for its reading.
 */
const JOBS = 400;

await using lab = await openLab();
await using gateway = createGateway({ sources: [staticSource([lab.url])] });
await gateway.ready();

async function cancelOne(): Promise<number> {
  const job = gateway.run(work, { wait: true });
  for await (const frame of job) {
    if (frame.type === 'accepted') break;
  }
  // The handler starts right after `accepted`; a cancel that comes sooner would find it starting.
  await new Promise((resolve) => setTimeout(resolve, 2));
  const cancelledAtNs = process.hrtime.bigint();
  job.cancel();
  await job.result.catch(() => {});
  for (let tries = 0; tries < 100; tries += 1) {
    const { output } = await gateway.run(work, { cancelOf: job.jobId }).result;
    if (output.cancelledAtNs !== undefined) return Number(BigInt(output.cancelledAtNs) - cancelledAtNs) / 1e6;
  }
  throw new Error('the cancel did not reach the handler');
}

for (let index = 0; index < 50; index += 1) await cancelOne();
const samples: number[] = [];
for (let index = 0; index < JOBS; index += 1) samples.push(await cancelOne());
const p99 = percentile(samples, 0.99);
report(
  'cancel reaches the handler',
  `p50 ${percentile(samples, 0.5).toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
  'p99 ≤ 20 ms',
  p99 <= 20,
);
