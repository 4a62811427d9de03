import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ByocError, createJobId } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gated } from '../fixtures/gated-plugin/plugin.ts';
import { freePorts } from '../support/free-ports.ts';
import { type OrchestratorProcess, startOrchestratorProcess } from '../support/orchestrator-process.ts';
import { repositoryRoot } from '../support/run-command.ts';

/** Asks until it is so. The runner's own limit ends a test that waits in vain. */
async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(25);
  }
}

describe('kill -9, on the process runtime', () => {
  let dataDirectory: string;
  let orchestrator: OrchestratorProcess;
  let gateway: Gateway;
  let ports: number[];

  const start = () =>
    startOrchestratorProcess({
      dataDirectory,
      runtime: 'process',
      port: ports[0] as number,
      httpPort: ports[1] as number,
    });
  const admin = () => createAdminClient({ dataDirectory });
  const allow = (jobId: string, step: number) =>
    writeFile(join(dataDirectory, 'plugins/gated/jobs', jobId, 'tmp', `step-${step}`), '');

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-faults-'));
    ports = await freePorts(2);
    orchestrator = await start();
    await admin().installPlugin({ type: 'folder', path: join(repositoryRoot, 'tests/fixtures/gated-plugin') }, {});
    gateway = createGateway({ sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])] });
    await gateway.ready();
  });

  afterEach(async () => {
    await gateway.close();
    await orchestrator.stop();
    expect(await workersOf(dataDirectory)).toEqual([]);
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
      const workers = await workersOf(dataDirectory);
      await orchestrator.kill();
      for (const pid of workers) process.kill(pid, 'SIGKILL');
      orchestrator = await start();
      break;
    }
    expect((await failed)?.code).toMatch(/ORCHESTRATOR_RESTARTED|JOB_NOT_FOUND|ALL_OFFERS_FAILED/);
    await until(async () => (await readdir(join(dataDirectory, 'plugins/gated/jobs'))).length === 0);
  });
});

/** Process ids of workers whose environment names a folder. */
async function workersOf(directory: string): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes('BYOC_WORKER_ADDRESS=') && environment.includes(directory)) found.push(Number(pid));
  }
  return found;
}
