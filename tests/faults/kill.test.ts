import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByocError, createJobId } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gated } from '../fixtures/gated-plugin/plugin.ts';
import { type BundledPlugin, bundleWorker } from '../support/bundle-worker.ts';
import { freePorts } from '../support/free-ports.ts';
import { type OrchestratorProcess, startOrchestratorProcess } from '../support/orchestrator-process.ts';
import { hasPart } from '../support/require-part.ts';
import { repositoryRoot, runCommand } from '../support/run-command.ts';
import { until } from '../support/until.ts';
import { containersOf, processesOf } from '../support/workers-of.ts';

const gatedFolder = join(repositoryRoot, 'tests/fixtures/gated-plugin');
const dockerIsHere = (await hasPart('docker')) && (await hasPart('base-image'));

describe.each([
  { runtime: 'process' as const, here: true },
  { runtime: 'docker' as const, here: dockerIsHere },
])('kill -9, on the $runtime runtime', ({ runtime, here }) => {
  let bundled: BundledPlugin;
  let dataDirectory: string;
  let orchestrator: OrchestratorProcess;
  let gateway: Gateway;
  let ports: number[];

  const start = () =>
    startOrchestratorProcess({
      dataDirectory,
      runtime,
      port: ports[0] as number,
      httpPort: ports[1] as number,
    });
  const workersOf = async (): Promise<readonly string[]> =>
    runtime === 'docker' ? containersOf(dataDirectory) : (await processesOf(dataDirectory)).map(String);
  const killWorkers = async () => {
    for (const worker of await workersOf()) {
      if (runtime === 'docker') await runCommand('docker', ['kill', '-s', 'KILL', worker]);
      else process.kill(Number(worker), 'SIGKILL');
    }
  };
  const admin = () => createAdminClient({ dataDirectory });
  const namesIn = (folder: string) => readdir(join(dataDirectory, folder)).catch(() => []);
  /** A job on whichever worker takes it; undefined while none does. */
  const runAgain = () => gateway.run(gated, { steps: 1, free: true }).result.catch(() => undefined);
  const allow = (jobId: string, step: number) =>
    writeFile(join(dataDirectory, 'plugins/gated/jobs', jobId, 'tmp', `step-${step}`), '');

  beforeAll(async () => {
    // The process runtime starts the worker from its source.
    if (here && runtime === 'docker') bundled = await bundleWorker(gatedFolder);
  });
  afterAll(() => bundled?.remove());

  beforeEach(async ({ skip }) => {
    if (!here) return skip();
    dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-faults-'));
    ports = await freePorts(2);
    orchestrator = await start();
    await admin().installPlugin({ type: 'folder', path: bundled?.folder ?? gatedFolder }, {});
    gateway = createGateway({ sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])] });
    await gateway.ready();
  });

  afterEach(async () => {
    if (!here) return;
    await gateway.close();
    await admin().removePlugin('gated', { graceMs: 0 });
    await orchestrator.stop();
    expect(await workersOf()).toEqual([]);
    expect(await namesIn('plugins/gated/jobs')).toEqual([]);
    expect(await namesIn('workers')).toEqual([]);
    expect(await namesIn('processes')).toEqual([]);
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it('of the worker midway fails the job as not charged, and the next job runs on a new worker', async () => {
    const job = gateway.run(gated, { steps: 3, crashAt: 2 }, { jobId: createJobId() });
    const failed = job.result.then(
      () => undefined,
      (error: ByocError) => error,
    );
    await until(() =>
      allow(job.jobId, 1).then(
        () => true,
        () => false,
      ),
    );
    for await (const frame of job) if (frame.type === 'event') await allow(job.jobId, 2);
    const error = await failed;
    expect(error?.code).toBe('WORKER_LOST');
    expect(error?.charged).toEqual({ amountWei: '0' });
    const next = await gateway.run(gated, { steps: 1, free: true }).result;
    expect(next.output).toEqual({ steps: 1 });
  });

  it('of the orchestrator midway: a new one adopts the worker and the gateway gets the result', async () => {
    const job = gateway.run(gated, { steps: 2 });
    const steps: number[] = [];
    let restarted: Promise<void> | undefined;
    await until(() =>
      allow(job.jobId, 1).then(
        () => true,
        () => false,
      ),
    );
    for await (const frame of job) {
      if (frame.type !== 'event') continue;
      steps.push(frame.event.step);
      if (frame.event.step === 1) {
        restarted = (async () => {
          await orchestrator.kill();
          orchestrator = await start();
          await allow(job.jobId, 2);
        })();
      }
    }
    await restarted;
    expect((await job.result).output).toEqual({ steps: 2 });
    expect(steps).toEqual([1, 2]);
    expect((await job.result).attempts).toBe(1);
  });

  it('of orchestrator and worker: the job fails honestly, and nothing is left', async () => {
    const job = gateway.run(gated, { steps: 2 });
    const failed = job.result.then(
      () => undefined,
      (error: ByocError) => error,
    );
    await until(() =>
      allow(job.jobId, 1).then(
        () => true,
        () => false,
      ),
    );
    for await (const frame of job) {
      if (frame.type !== 'event') continue;
      await orchestrator.kill();
      await killWorkers();
      orchestrator = await start();
      break;
    }
    expect((await failed)?.code).toMatch(/ORCHESTRATOR_RESTARTED|JOB_NOT_FOUND|ALL_OFFERS_FAILED/);
    await until(async () => (await namesIn('plugins/gated/jobs')).length === 0);
  });

  it('of a worker that is idle: another takes its place and leaves nothing of it', async () => {
    const [first] = await workersOf();
    await killWorkers();
    expect((await until(() => runAgain())).output).toEqual({ steps: 1 });
    const workers = await until(async () => {
      const now = await workersOf();
      return now.length === 1 && !now.includes(first as string) && now;
    });
    expect(await namesIn('workers')).toHaveLength(workers.length);
  });

  it('of the orchestrator while a plugin is idle: the new one adopts its worker', async () => {
    const before = await workersOf();
    await orchestrator.kill();
    orchestrator = await start();
    expect((await until(() => runAgain())).output).toEqual({ steps: 1 });
    expect(await workersOf()).toEqual(before);
  });
});
