import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot, runCommand } from '../support/run-command.ts';

const packages = ['core', 'plugin-transcode', 'plugin-llm', 'plugin-diffusion', 'cli'];

describe('the packed packages, installed elsewhere', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-consumer-'));
    expect((await runCommand('npm', ['run', '--silent', 'build'])).exitCode).toBe(0);
    const tarballs: string[] = [];
    for (const name of packages) {
      const packed = await runCommand('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
        cwd: join(repositoryRoot, 'packages', name),
      });
      tarballs.push(join(folder, JSON.parse(packed.stdout)[0].filename));
    }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    const installed = await runCommand('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], {
      cwd: folder,
    });
    expect({ exitCode: installed.exitCode, stderr: installed.exitCode === 0 ? '' : installed.stderr }).toEqual({
      exitCode: 0,
      stderr: '',
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('import at every entry point', async () => {
    const manifest = JSON.parse(await readFile(join(repositoryRoot, 'packages/core/package.json'), 'utf8'));
    const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
    const program = entries
      .map((entry) => `await import(${JSON.stringify(`@byoc/core${entry.slice(1)}`)});`)
      .join('\n');
    await writeFile(
      join(folder, 'import-all.js'),
      `${program}\nawait import('@byoc/plugin-transcode');\nawait import('@byoc/plugin-llm');\nawait import('@byoc/plugin-diffusion');\nconsole.log('ok');\n`,
    );
    const result = await runCommand(process.execPath, ['--disable-warning=ExperimentalWarning', 'import-all.js'], {
      cwd: folder,
    });
    expect(result).toEqual({ exitCode: 0, stdout: 'ok\n', stderr: '' });
  });

  it('give a TypeScript user the types of a capability', async () => {
    await writeFile(
      join(folder, 'typed.ts'),
      `import { createGateway, fileBlob } from '@byoc/core/gateway';
import { transcode } from '@byoc/plugin-transcode';
const gateway = createGateway({ sources: [] });
const job = gateway.run(transcode, { source: fileBlob('in.mp4'), outputs: [{ kind: 'hls' }] });
export const pixels: bigint | undefined = (await job.result).usage['pixels'];
// @ts-expect-error an output type that does not exist
gateway.run(transcode, { source: fileBlob('in.mp4'), outputs: [{ kind: 'betamax' }] });
`,
    );
    const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--lib',
      'es2024,esnext.disposable,dom',
      '--skipLibCheck',
    ];
    const result = await runCommand(process.execPath, [tsc, ...options, 'typed.ts'], { cwd: folder });
    expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('install a byoc command that shows its help', async () => {
    const result = await runCommand(join(folder, 'node_modules/.bin/byoc'), ['--help'], { cwd: folder });
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('byoc orchestrator');
  });
});
