import type { WorkerWaits } from '@byoc/core/orchestrator';
import { afterEach, describe, expect, it } from 'vitest';
import { faulty } from '../fixtures/faulty-plugin/plugin.ts';
import { errorOf, type FaultyHost, startFaultyHost, until } from './start-faulty-host.ts';

describe('a worker that is told to end', () => {
  let host: FaultyHost;
  const start = async (workers?: Partial<WorkerWaits>) => {
    host = await startFaultyHost(workers);
    await host.install();
  };
  afterEach(async () => {
    await host.close();
    expect(await host.workers()).toEqual([]);
  });

  /** Starts a job that waits, and gives the worker that runs it. */
  async function begin() {
    await start();
    const job = host.gateway.run(faulty, { fault: 'waits' });
    const error = errorOf(job.result);
    for await (const frame of job) if (frame.type === 'event') break;
    const [pid = 0] = await host.workers();
    return { job, error, pid };
  }
  const phaseOfWorker = () => host.orchestrator.plugins.list()[0]?.workerState?.phase;

  it('by SIGTERM lets its job end, and another takes its place', async () => {
    const { job, pid } = await begin();
    process.kill(pid, 'SIGTERM');
    await until(async () => phaseOfWorker() === 'draining');
    await host.go(job.jobId);
    expect((await job.result).output).toEqual({ done: true });
    await until(async () => (await host.workers()).some((each) => each !== pid));
    await until(async () => phaseOfWorker() === 'ready');
    expect((await host.gateway.run(faulty, {}).result).output).toEqual({ done: true });
  });

  it('by a second SIGTERM ends at once: its job is WORKER_LOST, not charged', async () => {
    const { job, error, pid } = await begin();
    process.kill(pid, 'SIGTERM');
    await until(async () => phaseOfWorker() === 'draining');
    process.kill(pid, 'SIGTERM');
    expect((await error)?.code).toBe('WORKER_LOST');
    expect((await error)?.charged).toEqual({ amountWei: '0' });
    await until(async () => !(await host.left()).some((path) => path.includes(job.jobId)));
  });

  it('by nobody, its host gone, ends itself; the next host removes what is left', async () => {
    await start({ hostGraceMs: 4000 });
    expect(await host.workers()).toHaveLength(1);
    await host.orchestrator.close({ mode: 'leave', graceMs: 0 });
    await until(async () => (await host.workers()).length === 0);
    const next = await host.again();
    await until(async () => next.plugins.list()[0]?.phase === 'ready');
    expect(await host.workers()).toHaveLength(1);
    await next.close({ mode: 'drain', graceMs: 0 });
    expect(await host.workers()).toEqual([]);
    expect(await host.left()).toEqual([]);
  });
});
