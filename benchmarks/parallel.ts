import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway, fileBlob, type Gateway, staticSource } from '@byoc/core/gateway';
import { transcode } from '@byoc/plugin-transcode';
import { transcodeInParallel } from '@byoc/plugin-transcode/parallel';
import { makeSource, picture, quick, tone } from '../tests/integration/transcode/make-source.ts';
import { type Lab, openLab } from './support/open-lab.ts';
import { watchMemory } from './support/resident-memory.ts';
import { median, report } from './support/statistics.ts';

/**
 * One video at two orchestrators, each with its worker bound to a core of its own, against one ordinary job at one of them: the first bar of
 * "Parallel VOD". Then one hour of a small picture, and the memory of worker and orchestrator meanwhile. Needs `taskset`.
 */
const MIB = 1024 ** 2;
const ROUNDS = 3;
const plugin = join(import.meta.dirname, '../packages/plugin-transcode');

await using one = await openLab({ plugins: [plugin] });
await using two = await openLab({ plugins: [plugin] });
for (const [core, lab] of [one, two].entries()) await bind(lab, core);
await using alone = createGateway({ sources: [staticSource([one.url])] });
await using both = createGateway({ sources: [staticSource([one.url, two.url])] });
await Promise.all([alone.ready(), both.ready()]);

const input = { ladder: [{ height: 720 }, { height: 360 }] };
const source = await makeSource(join(one.directory, 'source.mp4'), [
  ...picture('1280x720', 30, 60),
  ...tone(60),
  ...[...quick, '-g', '60'],
]);
const times = { one: [] as number[], parallel: [] as number[] };
for (let round = 0; round < ROUNDS; round += 1) {
  times.one.push(await timed(() => whole(alone, source)));
  times.parallel.push(await timed(() => inParallel(both, source)));
}
const ratios = times.one.map((ms, round) => ms / (times.parallel[round] as number));
console.log(
  `60 s of 720p to 2 renditions, ms: one worker ${times.one.map(Math.round)}, two ${times.parallel.map(Math.round)}`,
);
report('two workers on two cores / one', median(ratios).toFixed(2), '≥ 1.7', median(ratios) >= 1.7);

const hour = await makeSource(join(one.directory, 'hour.mp4'), [
  ...picture('160x90', 10, 3600),
  ...tone(3600),
  ...quick,
  '-g',
  '20',
]);
const memory = watchMemory(
  { gateway: 'self', orchestrator: one.orchestratorPid, worker: await workerOf(one) },
  { everyMs: 50 },
);
await memory.start();
await inParallel(both, hour, [{ height: 90 }]);
for (const [name, { first, max }] of await memory.stop()) {
  const grownMib = (max - first) / MIB;
  report(
    `memory of the ${name} over one hour of video grew by`,
    `${grownMib.toFixed(0)} MiB over ${(first / MIB).toFixed(0)}`,
    '≤ 64 MiB: flat',
    grownMib <= 64,
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function whole(gateway: Gateway, path: string): Promise<void> {
  const result = await gateway.run(transcode, { ...input, source: fileBlob(path) }).result;
  await fetched((directory) => result.download(directory));
}

async function inParallel(gateway: Gateway, path: string, ladder = input.ladder): Promise<void> {
  await using transcoding = transcodeInParallel(gateway, { ladder, source: fileBlob(path) }, { parallel: 2 });
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
  for (const pid of [lab.orchestratorPid, await workerOf(lab)])
    execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
}

async function workerOf({ orchestratorPid }: Lab): Promise<number> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    if (new RegExp(`^PPid:\\t${orchestratorPid}$`, 'm').test(status)) return Number(name);
  }
  throw new Error('the orchestrator has no worker');
}
