import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerWaits } from '@byoc/core/orchestrator';
import { afterEach, describe, expect, it } from 'vitest';
import { faulty } from '../fixtures/faulty-plugin/plugin.ts';
import { errorOf, type FaultyHost, startFaultyHost, until } from './start-faulty-host.ts';

describe('a worker that misbehaves in a job', () => {
  let host: FaultyHost;
  const start = async (fault?: string, workers?: Partial<WorkerWaits>) => {
    host = await startFaultyHost(workers);
    await host.install(fault);
  };
  afterEach(async () => {
    await host.close();
    expect(await host.workers()).toEqual([]);
  });

  /** Starts a job and waits until its handler runs. */
  async function begin(fault: string) {
    const job = host.gateway.run(faulty, { fault } as never);
    const error = errorOf(job.result);
    for await (const frame of job) if (frame.type === 'event') break;
    return { job, error };
  }

  /** The job cost nothing and left nothing; the next one runs. */
  async function expectNoHarm(jobId: string): Promise<void> {
    await until(async () => !(await host.left()).some((path) => path.includes(jobId)));
    expect((await host.gateway.run(faulty, {}).result).output).toEqual({ done: true });
  }

  it.each([
    ['usage-falls', 'USAGE_DECREASED'],
    ['output-invalid', 'CAPABILITY_OUTPUT_INVALID'],
    ['no-result', 'WORKER_LOST'],
    ['numbers-jump', 'FRAME_OUT_OF_ORDER'],
  ])('by %s fails it with %s, not charged', async (fault, code) => {
    await start('liar');
    const job = host.gateway.run(faulty, { fault } as never);
    const error = await errorOf(job.result);
    expect(error?.code).toBe(code);
    expect(error?.charged).toEqual({ amountWei: '0' });
    await expectNoHarm(job.jobId);
  });

  it.each(['ignores-cancel', 'answers-after-cancel'])(
    'and %s is answered for: JOB_CANCELLED, and nothing is left of the job',
    async (fault) => {
      await start();
      const { job, error } = await begin(fault);
      await job.cancel();
      expect((await error)?.code).toBe('JOB_CANCELLED');
      await expectNoHarm(job.jobId);
    },
  );

  it('by ignoring cancel is replaced, and does not hold its slot for ever', async () => {
    await start();
    const [before] = await host.workers();
    const { job, error } = await begin('ignores-cancel');
    await job.cancel();
    await error;
    await until(async () => !(await host.workers()).includes(before as number));
    await expectNoHarm(job.jobId);
  });

  it('by falling silent is ended and replaced: WORKER_LOST, not charged', async () => {
    await start('none', { healthEveryMs: 500, healthAnswerMs: 1500, stopGraceMs: 500 });
    const [before] = await host.workers();
    const { job, error } = await begin('falls-silent');
    expect((await error)?.code).toBe('WORKER_LOST');
    expect((await error)?.charged).toEqual({ amountWei: '0' });
    await until(async () => !(await host.workers()).includes(before as number));
    await until(async () => host.orchestrator.plugins.list()[0]?.phase === 'ready');
    await expectNoHarm(job.jobId);
  });

  it('by flooding its log harms nobody: its job and others end well, its log stays bounded', async () => {
    await start();
    const before = process.memoryUsage().rss;
    const flooding = host.gateway.run(faulty, { fault: 'floods-its-log' });
    const other = await host.gateway.run(faulty, {}).result;
    expect(other.output).toEqual({ done: true });
    expect((await flooding.result).output).toEqual({ done: true });
    expect(await host.orchestrator.plugins.logs('faulty', { tail: 20 })).toHaveLength(20);
    // 64 MiB were written; the host holds none of it.
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
    const [worker = ''] = await readdir(join(host.dataDirectory, 'workers'));
    const log = join(host.dataDirectory, 'workers', worker, 'worker.log');
    await until(async () => (await stat(log)).size <= 10 * 1024 * 1024);
  });

  it('by crashing right after its result takes nothing back, and the next job runs on a new worker', async () => {
    await start();
    const [before] = await host.workers();
    const { output } = await host.gateway.run(faulty, {}).result;
    process.kill(before as number, 'SIGKILL');
    expect(output).toEqual({ done: true });
    await until(async () => (await host.workers()).some((pid) => pid !== before));
    await until(async () => host.orchestrator.plugins.list()[0]?.phase === 'ready');
    expect((await host.gateway.run(faulty, {}).result).output).toEqual({ done: true });
  });
});
