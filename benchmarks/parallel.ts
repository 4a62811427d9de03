import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway, fileBlob, type Gateway, staticSource } from '@byoc/core/gateway';
import { transcode } from '@byoc/plugin-transcode';
import { transcodeInParallel } from '@byoc/plugin-transcode/parallel';
import { makeSource, picture, quick, tone } from '../tests/integration/transcode/make-source.ts';
import { type Lab, openLab } from './support/open-lab.ts';
import { median, report } from './support/statistics.ts';
import { treeCpuSeconds } from './support/tree-cpu-seconds.ts';
import { workerOf } from './support/worker-of.ts';

/**
 * One video at two orchestrators, each with its worker bound to a core of its own (so that x264 takes one thread), against one ordinary job at
 * one of them. Both take turns. What CPU time alone would give is told beside it, for machines that do other work. Needs `taskset`.
 * BYOC_BENCH_ROUNDS (3) and BYOC_BENCH_SECONDS (60 s of 720p) make it longer.
 */
const rounds = Number(process.env['BYOC_BENCH_ROUNDS'] ?? 3);
const seconds = Number(process.env['BYOC_BENCH_SECONDS'] ?? 60);
const plugin = join(import.meta.dirname, '../packages/plugin-transcode');

await using one = await openLab({ plugins: [plugin] });
await using two = await openLab({ plugins: [plugin] });
for (const [core, lab] of [one, two].entries()) await bind(lab, core);
await using alone = createGateway({ sources: [staticSource([one.url])] });
await using both = createGateway({ sources: [staticSource([one.url, two.url])] });
await Promise.all([alone.ready(), both.ready()]);

const input = { ladder: [{ height: 720 }, { height: 360 }] };
const source = await makeSource(join(one.directory, 'source.mp4'), [
  ...picture('1280x720', 30, seconds),
  ...tone(seconds),
  ...[...quick, '-g', '60'],
]);
const ratios: { wall: number; cpu: number; work: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  const kinds = [() => timed(() => whole(alone, source)), () => timed(() => inParallel(both, source))] as const;
  const order = round % 2 === 0 ? [0, 1] : [1, 0];
  const runs: Timed[] = [];
  for (const kind of order) runs[kind] = await (kinds[kind] as (typeof kinds)[0])();
  const [single, spread] = runs as [Timed, Timed];
  const sum = ({ cpuSeconds: [first, second] }: Timed) => first + second;
  ratios.push({
    wall: single.ms / spread.ms,
    cpu: sum(single) / Math.max(...spread.cpuSeconds),
    work: sum(spread) / sum(single),
  });
  const told = ({ ms, cpuSeconds }: Timed) => `${ms.toFixed(0)} ms (CPU ${cpuSeconds.map((one) => one.toFixed(1))} s)`;
  console.log(`round ${round + 1}: one worker ${told(single)}, two ${told(spread)}`);
}
const middle = (field: 'wall' | 'cpu' | 'work') => median(ratios.map((one) => one[field]));
console.log(`${seconds} s of 720p to 2 renditions`);
report('two workers on two cores / one', middle('wall').toFixed(2), '≥ 1.7', middle('wall') >= 1.7);
console.log(`        by CPU time, if both cores were free: ${middle('cpu').toFixed(2)}`);
console.log(`        CPU time of all pieces / of one job: ${middle('work').toFixed(3)}`);

interface Timed {
  readonly ms: number;
  /** Of each orchestrator with its worker. */
  readonly cpuSeconds: readonly [number, number];
}

async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const used = () => Promise.all([one, two].map(({ orchestratorPid }) => treeCpuSeconds([orchestratorPid])));
  const before = (await used()) as [number, number];
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  const [first, second] = (await used()) as [number, number];
  return { ms, cpuSeconds: [first - before[0], second - before[1]] };
}

async function whole(gateway: Gateway, path: string): Promise<void> {
  const result = await gateway.run(transcode, { ...input, source: fileBlob(path) }).result;
  await fetched((directory) => result.download(directory));
}

async function inParallel(gateway: Gateway, path: string): Promise<void> {
  await using transcoding = transcodeInParallel(gateway, { ...input, source: fileBlob(path) }, { parallel: 2 });
  const { download, jobs } = await transcoding.result;
  if (jobs.length < 3) throw new Error('it was not cut');
  await fetched((directory) => download(directory));
}

async function fetched(download: (directory: string) => Promise<void>): Promise<void> {
  const directory = join(one.directory, 'out');
  await download(directory);
  await rm(directory, { recursive: true });
}

/** Binds an orchestrator, its worker and all that they start later to a core. */
async function bind(lab: Lab, core: number): Promise<void> {
  for (const pid of [lab.orchestratorPid, await workerOf(lab.orchestratorPid)])
    execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
}
