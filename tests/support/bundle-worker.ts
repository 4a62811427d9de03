import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** A copy of a plugin folder whose worker is one file, `dist/worker.js`, as an image needs it. */
export interface BundledPlugin {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Bundles the worker of a plugin fixture in a copy of its folder, so that its Dockerfile can be built. `manifest` replaces
 * fields of plugin.json: a name of its own keeps its image apart from those of other tests on the same engine.
 */
export async function bundleWorker(fixture: string, manifest: Record<string, unknown> = {}): Promise<BundledPlugin> {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-bundle-'));
  await cp(fixture, folder, { recursive: true });
  const written = JSON.parse(await readFile(join(folder, 'plugin.json'), 'utf8'));
  await writeFile(join(folder, 'plugin.json'), JSON.stringify({ ...written, ...manifest }));
  await build({
    entryPoints: [join(fixture, 'worker.ts')],
    outfile: join(folder, 'dist/worker.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@byoc/source', 'import', 'node'],
    banner: { js: "import { createRequire as r } from 'node:module';\nconst require = r(import.meta.url);" },
    logLevel: 'error',
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
