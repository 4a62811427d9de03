import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { repositoryRoot } from './run-command.ts';

/** What a test would do after itself is done by the process that starts the script: there is no runner in it. */
const withoutRunner: Plugin = {
  name: 'without-runner',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export const afterEach = () => {};' }));
  },
};

/** A script in one file, which starts in a fraction of the time. */
export interface BundledScript {
  /** Runs it in a process of its own. `signal`: what killed it. */
  run(...args: readonly string[]): Promise<{ stdout: string; exitCode: number | null; signal: string | null }>;
  remove(): Promise<void>;
}

/** Bundles a script of the tests. Packages stay outside, found from the repository. */
export async function bundleScript(entry: string): Promise<BundledScript> {
  const folder = await mkdtemp(join(repositoryRoot, 'node_modules/.byoc-script-'));
  const outfile = join(folder, 'script.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@byoc/source', 'import', 'node'],
    banner: { js: "import { createRequire as r } from 'node:module';\nconst require = r(import.meta.url);" },
    external: ['secp256k1', 'viem', 'hash-wasm', '@bitauth/libauth'],
    plugins: [withoutRunner],
    logLevel: 'error',
  });
  return {
    run: (...args) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', outfile, ...args], {
          stdio: ['ignore', 'pipe', 'inherit'],
          // What a killed script leaves behind goes with the bundle.
          env: { ...process.env, TMPDIR: folder },
        });
        let stdout = '';
        child.stdout.on('data', (chunk) => {
          stdout += chunk;
        });
        child.once('error', reject);
        child.once('close', (exitCode, signal) => resolve({ stdout, exitCode, signal }));
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
