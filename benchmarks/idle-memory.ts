import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { deriveManifest, manifestText } from '@byoc/core';
import { createBenchPlugin } from './plugin/plugin.ts';
import { openLab } from './support/open-lab.ts';
import { residentBytes } from './support/resident-memory.ts';
import { report } from './support/statistics.ts';

/** The resident memory of an orchestrator that was started with its plugins and does nothing. Their workers are other processes. */
const PLUGINS = 20;
const MIB = 1024 ** 2;
const worker = join(import.meta.dirname, 'plugin/worker.ts');

const folder = await mkdtemp(join(tmpdir(), 'byoc-b-plugins-'));
try {
  const plugins: string[] = [];
  for (let index = 1; index <= PLUGINS; index += 1) {
    const plugin = join(folder, `bench-${index}`);
    const manifest = deriveManifest(createBenchPlugin(`bench-${index}`));
    await mkdir(plugin);
    await writeFile(
      join(plugin, 'plugin.json'),
      manifestText({ ...manifest, command: ['node', '--conditions=@byoc/source', relative(plugin, worker)] }),
    );
    plugins.push(plugin);
  }
  const measure = async (installed: readonly string[]) => {
    await using lab = await openLab({ plugins: installed });
    await lab.restart();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    return residentBytes(lab.orchestratorPid);
  };
  const empty = await measure([]);
  const full = await measure(plugins);
  console.log(`an orchestrator without plugins: ${(empty / MIB).toFixed(0)} MiB`);
  const value = `${(full / MIB).toFixed(0)} MiB`;
  report(`idle orchestrator with ${PLUGINS} plugins installed`, value, '≤ 150 MB', full <= 150e6);
} finally {
  await rm(folder, { recursive: true, force: true });
}
