import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway, fileBlob, staticSource } from '@byoc/core/gateway';
import { transcode } from '@byoc/plugin-transcode';
import { makeSource, picture, quick, tone } from '../tests/integration/transcode/make-source.ts';
import { openLab } from './support/open-lab.ts';
import { watchMemory } from './support/resident-memory.ts';
import { report } from './support/statistics.ts';
import { workerOf } from './support/worker-of.ts';

/**
 * One hour of small video through gateway, orchestrator and worker, against one minute of it before: resident memory of each at its highest.
 * BYOC_BENCH_SECONDS (3600) makes it longer.
 */
const MIB = 1024 ** 2;
const seconds = Number(process.env['BYOC_BENCH_SECONDS'] ?? 3600);
await using lab = await openLab({ plugins: [join(import.meta.dirname, '../packages/plugin-transcode')] });
await using gateway = createGateway({ sources: [staticSource([lab.url])] });
await gateway.ready();
const worker = await workerOf(lab.orchestratorPid);

async function peaks(length: number): Promise<Map<string, number>> {
  const source = await makeSource(join(lab.directory, `${length}.mp4`), [
    ...picture('64x36', 5, length),
    ...tone(length),
    ...[...quick, '-g', '10'],
  ]);
  const memory = watchMemory({ gateway: 'self', orchestrator: lab.orchestratorPid, worker }, { everyMs: 50 });
  await memory.start();
  const startedAt = performance.now();
  const { download, parts } = await gateway.run(
    transcode,
    { source: fileBlob(source), ladder: [{ height: 36 }, { height: 18 }] },
    { deadlineMs: 3_600_000 },
  ).result;
  const directory = join(lab.directory, 'out');
  await download(directory);
  const tookMs = performance.now() - startedAt;
  await rm(directory, { recursive: true });
  const seen = await memory.stop();
  console.log(`${length} s of 64x36 at 5 a second: ${parts.length} files in ${(tookMs / 1000).toFixed(1)} s`);
  return new Map([...seen].map(([name, { max }]) => [name, max / MIB]));
}

// The first job loads code that all later ones share.
await peaks(10);
const [short, long] = [await peaks(60), await peaks(seconds)];
for (const [name, mib] of long) {
  const before = short.get(name) ?? 0;
  const figure = `${mib.toFixed(0)} MiB, and ${before.toFixed(0)} over one minute`;
  report(
    `memory of the ${name} over ${(seconds / 3600).toFixed(1)} hours`,
    figure,
    'at most 32 MiB more',
    mib - before <= 32,
  );
}
