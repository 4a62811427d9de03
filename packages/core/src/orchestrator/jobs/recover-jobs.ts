import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import type { HostedPlugin } from '../plugin-host.ts';
import type { JobRow } from '../store/job-rows.ts';
import { validatorOf } from './accept-job.ts';
import type { JobsOptions } from './create-jobs.ts';
import type { JobsContext } from './job-context.ts';
import { endRow } from './job-end.ts';
import { JobSession } from './job-session.ts';
import { selectPlugin } from './select-plugin.ts';

/**
 * After a restart: jobs whose worker was found again go on, the others have failed and cost nothing. Job directories that
 * belong to no job are removed; output files are kept for what is left of their time.
 */
export async function recoverJobs(
  options: JobsOptions & {
    context: JobsContext;
    follow(session: JobSession, work: Promise<void>): void;
    keepFiles(jobId: string, keepMs: number): void;
    isLive(jobId: string): boolean;
  },
): Promise<void> {
  const { rows, host, logger, clock } = options;
  for (const row of rows.listOpen()) {
    const plugin = host.get(row.pluginId);
    const found = row.workerId !== '' && plugin?.worker?.workerId === row.workerId;
    const session = found ? await reopen(row, plugin, options).catch(() => undefined) : undefined;
    if (session === undefined) {
      const error = new ByocError('ORCHESTRATOR_RESTARTED', { jobId: row.jobId });
      const payment = await options.desk.reopen(row, { running: false });
      const endedAt = clock.now();
      const settled = await payment.settlement(
        'failed-by-orchestrator',
        {},
        {
          ...{ endedAt, outputJson: undefined, modelDigests: [] },
        },
      );
      options.desk.transact(() => {
        payment.settle(settled);
        rows.end(row.jobId, endRow({ type: 'error', error }, { endedAt, usage: {}, lastSequence: 0, ...settled }));
      });
      logger.warn({ jobId: row.jobId, pluginId: row.pluginId }, 'job-failed-by-restart');
      continue;
    }
    logger.info({ jobId: row.jobId, pluginId: row.pluginId }, 'job-recovered');
    options.follow(session, session.recover());
    if (row.onDisconnect === 'cancel') void cancelUnlessAttached(session, options);
  }
  for (const { jobsDirectory } of host.list()) await removeUnknown(jobsDirectory, options.isLive);
  await expireOutputs(options);
}

async function reopen(
  row: JobRow,
  plugin: HostedPlugin,
  options: JobsOptions & { context: JobsContext },
): Promise<JobSession> {
  const { jobId, capability } = row;
  const selected = selectPlugin([plugin], capability);
  const payment = await options.desk.reopen(row, { running: true });
  const queue = options.queues.take(plugin);
  // It runs already: it takes its slot again without waiting. A queue that is full now is only one short.
  queue.acquire(jobId, { caller: '', signal: new AbortController().signal, onWaiting() {} })?.catch(() => {});
  const { pluginId, jobsDirectory } = plugin;
  return new JobSession(
    {
      ...{ ...row, pluginId, jobsDirectory, payment, queue, caller: '', uploads: [], uris: [] },
      validator: validatorOf(selected, new Map()),
      worker: () => options.host.get(pluginId)?.worker,
    },
    options.context,
  );
}

async function cancelUnlessAttached(session: JobSession, { clock, limits }: JobsOptions): Promise<void> {
  await clock.sleep(limits.reattachMs, { unref: true });
  const reason = 'its caller did not come back after a restart of the orchestrator';
  if (!session.hasCaller) session.stop(new ByocError('JOB_CANCELLED', { jobId: session.job.jobId, reason }));
}

async function removeUnknown(directory: string, isLive: (jobId: string) => boolean): Promise<void> {
  for (const name of await readdir(directory).catch(() => []))
    if (!isLive(name)) await rm(join(directory, name), { recursive: true, force: true });
}

async function expireOutputs(options: JobsOptions & { keepFiles(jobId: string, keepMs: number): void }): Promise<void> {
  for (const jobId of await readdir(options.outboxDirectory).catch(() => [])) {
    const endedAt = options.rows.get(jobId)?.end?.endedAt ?? 0;
    const leftMs = endedAt + options.limits.retentionMs - options.clock.now();
    if (leftMs > 0) options.keepFiles(jobId, leftMs);
    else await rm(join(options.outboxDirectory, jobId), { recursive: true, force: true });
  }
  // An inbox file of the run before belongs to a job that has failed.
  for (const name of await readdir(options.inboxDirectory).catch(() => []))
    await rm(join(options.inboxDirectory, name), { recursive: true, force: true });
}
