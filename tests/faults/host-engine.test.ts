import { spawn } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isByocError, silentLogger } from '@byoc/core';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { createOrchestrator } from '@byoc/core/orchestrator';
import { createDockerRuntime } from '@byoc/core/runtime/docker';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gated } from '../fixtures/gated-plugin/plugin.ts';
import { bundleWorker } from '../support/bundle-worker.ts';
import { hasPart } from '../support/require-part.ts';
import { repositoryRoot, runByoc } from '../support/run-command.ts';
import { canStartEngine, type StartedEngine, startEngine } from '../support/start-engine.ts';
import { until } from '../support/until.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byoc-host-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const probe = () => createDockerRuntime({ logger: silentLogger }).probe();

describe('no container engine', () => {
  it.each([
    ['a socket that is not there', () => `unix://${join(folder, 'docker.sock')}`],
    ['a port where nobody listens', () => 'tcp://127.0.0.1:1'],
  ])('is told: %s', async (_, address) => {
    vi.stubEnv('DOCKER_HOST', address());
    const error = await probe().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'DOCKER_UNAVAILABLE', hint: expect.stringContaining('--runtime process') });
    expect(String(error)).toContain(address().replace(/^unix:\/\/|^tcp:\/\//, ''));
  });

  it('keeps `byoc orchestrator start --runtime docker` from starting, and leaves no data directory', async () => {
    const dataDirectory = join(folder, 'data');
    const env = { ...process.env, DOCKER_HOST: `unix://${join(folder, 'docker.sock')}` };
    const args = ['orchestrator', 'start', '--runtime', 'docker', '--data-dir', dataDirectory, '--port', '0'];
    const { exitCode, stderr } = await runByoc([...args, '--http-port', '0'], { env });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('No container engine answers');
    expect(stderr).toContain('DOCKER_UNAVAILABLE');
    await expect(access(dataDirectory)).rejects.toThrow('ENOENT');
  });
});

describe.skipIf(process.getuid?.() !== 0)('a container engine that this user may not use', () => {
  it.each([
    ['its socket is closed', 0o755, 0o600],
    ['the folder of its socket is closed', 0o700, 0o666],
  ])('is told: %s', async (_, folderMode, socketMode) => {
    const closed = join(folder, 'engine');
    await mkdir(closed);
    await chmod(folder, 0o755);
    const socket = join(closed, 'docker.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    await chmod(socket, socketMode);
    await chmod(closed, folderMode);
    vi.stubEnv('DOCKER_HOST', `unix://${socket}`);
    process.seteuid?.(65_534);
    const error = await probe()
      .catch((caught: unknown) => caught)
      .finally(() => process.seteuid?.(0));
    await new Promise((resolve) => server.close(resolve));
    expect(error).toMatchObject({
      code: 'DOCKER_PERMISSION',
      facts: { socket },
      hint: expect.stringContaining('`docker` group'),
    });
  });
});

const engineCanStart = (await hasPart('docker')) && (await hasPart('base-image')) && (await canStartEngine());

describe.skipIf(!engineCanStart)('a container engine that is stopped midway', () => {
  let engine: StartedEngine | undefined;
  afterAll(() => engine?.close());

  it('fails the job as not charged; when it is back the plugin works again, and nothing is left', async () => {
    engine = await startEngine();
    await copyBaseImage(engine.url);
    vi.stubEnv('DOCKER_HOST', engine.url);
    const bundled = await bundleWorker(join(repositoryRoot, 'tests/fixtures/gated-plugin'));
    const runtime = createDockerRuntime({ logger: silentLogger });
    const orchestrator = await createOrchestrator({ dataDirectory: folder, runtime, port: 0, httpPort: 0 });
    await orchestrator.plugins.install({ type: 'folder', path: bundled.folder });
    const gateway = createGateway({
      sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])],
    });
    const jobs = join(folder, 'plugins/gated/jobs');
    const job = gateway.run(gated, { steps: 2 });
    const failed = job.result.catch((error: unknown) => error);
    await until(() =>
      writeFile(join(jobs, job.jobId, 'tmp/step-1'), '').then(
        () => true,
        () => false,
      ),
    );
    for await (const frame of job) if (frame.type === 'event') await engine.stop();
    const error = await failed;
    expect(isByocError(error, 'WORKER_LOST') && error.charged).toEqual({ amountWei: '0' });
    // Longer than a crash loop is let go on: it is the engine's fault, so the plugin is tried for ever.
    const phases: string[] = [];
    const stopWatching = orchestrator.plugins.on('plugin-changed', ({ phase }) => phases.push(phase));
    await until(async () => phases.filter((phase) => phase === 'starting').length > 5);
    stopWatching();
    expect(phases).not.toContain('quarantined');
    expect(orchestrator.plugins.get('gated')?.reason).toContain('container engine');
    await engine.start();
    const next = await until(() => gateway.run(gated, { steps: 1, free: true }).result.catch(() => undefined));
    expect(next.output).toEqual({ steps: 1 });
    await until(async () => (await readdir(join(folder, 'workers'))).length === 1);
    expect((await engine.docker('ps', '-aq')).split('\n')).toHaveLength(1);
    expect(await readdir(jobs)).toEqual([]);
    await gateway.close();
    await orchestrator.close({ mode: 'drain', graceMs: 0 });
    expect(await engine.docker('ps', '-aq')).toBe('');
    expect(await readdir(join(folder, 'workers'))).toEqual([]);
    await bundled.remove();
  });
});

/** Gives another engine the base image of the one that tests use. */
async function copyBaseImage(url: string): Promise<void> {
  const save = spawn('docker', ['save', process.env['BYOC_BASE_IMAGE'] ?? 'node:24-bookworm-slim'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const load = spawn('docker', ['--host', url, 'load', '-q'], { stdio: [save.stdout, 'ignore', 'inherit'] });
  expect(await new Promise((resolve) => load.once('exit', resolve))).toBe(0);
}
