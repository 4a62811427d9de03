import { createGateway, staticSource } from '@byoc/core/gateway';
import { connectOrchestrator, connectWorker } from '@byoc/core/protocol';
import { work } from './plugin/plugin.ts';
import { cpuSeconds } from './support/cpu-seconds.ts';
import { openBareHops } from './support/open-bare-hops.ts';
import { openLab } from './support/open-lab.ts';
import { smallOrchestratorJob, smallWorkerJob } from './support/small-job.ts';
import { callsPerSecond, median, percentile, report, timeEach } from './support/statistics.ts';

/**
 * A small job: what the orchestrator adds to a call of the same worker's socket, and the throughput of the whole chain
 * against a bare relay of the same bytes in the same processes. Rounds alternate, so that both sides see the same machine.
 */
const ROUNDS = 5;
/** What a small job puts on the wire, message frames without HTTP/2: `open-job` and `end`; `accepted` and `result`. */
const [REQUEST_BYTES, ANSWER_BYTES, ANSWERS] = [250, 60, 2];

await using lab = await openLab();
await using bare = await openBareHops({ directory: lab.directory, answerBytes: ANSWER_BYTES, answers: ANSWERS });
const worker = connectWorker({ type: 'unix', path: lab.workerSocket });
const orchestrator = await connectOrchestrator({ url: lab.url });
await using gateway = createGateway({ sources: [staticSource([lab.url])] });
await gateway.ready();
const request = Buffer.alloc(REQUEST_BYTES);

const calls = {
  bareDirect: () => bare.direct.call(request),
  bareRelay: () => bare.relayed.call(request),
  worker: () => smallWorkerJob(worker),
  orchestrator: () => smallOrchestratorJob(orchestrator),
  gateway: () => gateway.run(work, {}).result,
};
const names = Object.keys(calls) as (keyof typeof calls)[];

const times = new Map(names.map((name) => [name, [] as number[]]));
for (const name of names) await timeEach(calls[name], { warmUp: 200, count: 1 });
for (let round = 0; round < ROUNDS; round += 1)
  for (const name of names) times.get(name)?.push(...(await timeEach(calls[name], { warmUp: 10, count: 150 })));
console.log('one job at a time, ms                p50     p99');
for (const [name, samples] of times)
  console.log(`  ${name.padEnd(32)} ${percentile(samples, 0.5).toFixed(3)}   ${percentile(samples, 0.99).toFixed(3)}`);
const added = (share: number) =>
  percentile(times.get('orchestrator') ?? [], share) - percentile(times.get('worker') ?? [], share);
const bareAdded = percentile(times.get('bareRelay') ?? [], 0.5) - percentile(times.get('bareDirect') ?? [], 0.5);
console.log(`added by the bare relay, p50: ${bareAdded.toFixed(3)} ms`);
report('added by the orchestrator, p50', `${added(0.5).toFixed(3)} ms`, '≤ 0.4 ms', added(0.5) <= 0.4);
report('added by the orchestrator, p99', `${added(0.99).toFixed(3)} ms`, '≤ 1.0 ms', added(0.99) <= 1);

const rates = {
  gateway: [] as number[],
  orchestrator: [] as number[],
  worker: [] as number[],
  bareRelay: [] as number[],
};
for (let round = 0; round < ROUNDS; round += 1)
  for (const name of Object.keys(rates) as (keyof typeof rates)[])
    rates[name].push(await callsPerSecond(calls[name], { concurrency: 16, count: 600 }));
// CPU time depends less than wall time on what else the machine does.
const cpuMs = async (pid: number, call: () => Promise<unknown>) => {
  const before = await cpuSeconds(pid);
  await callsPerSecond(call, { concurrency: 16, count: 1500 });
  return (((await cpuSeconds(pid)) - before) * 1000) / 1500;
};
console.log(
  `CPU of one job: orchestrator ${(await cpuMs(lab.orchestratorPid, calls.gateway)).toFixed(2)} ms, bare relay ${(await cpuMs(bare.relayPid, calls.bareRelay)).toFixed(2)} ms`,
);
console.log('16 jobs at a time, jobs/s (median of the rounds)');
for (const [name, samples] of Object.entries(rates)) console.log(`  ${name.padEnd(32)} ${median(samples).toFixed(0)}`);
const ratio = median(rates.gateway.map((rate, round) => rate / (rates.bareRelay[round] as number)));
report('gateway → orchestrator → worker / bare relay', ratio.toFixed(2), '≥ 0.8', ratio >= 0.8);
worker.close();
orchestrator.close();
