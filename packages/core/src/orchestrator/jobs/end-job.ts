import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Usage } from '../../payment/payment-provider.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { JobEndRow } from '../store/job-rows.ts';
import type { AcceptedJob, JobsContext } from './job-context.ts';
import type { JobDirectory } from './job-directory.ts';
import { endRow, type JobEnding, outcomeOf } from './job-end.ts';

/** Settles a job, puts its output where it is fetched, and writes how it ended. What it returns is what callers are told. Never rejects. */
export async function endJob(
  { job, directory }: { job: AcceptedJob; directory: JobDirectory },
  { clock, rows, logger, outboxDirectory }: JobsContext,
  ending: JobEnding,
  { hadOutput, usage, lastSequence }: { hadOutput: boolean; usage: Usage; lastSequence: number },
): Promise<JobEndRow> {
  const { jobId, hold } = job;
  const outbox = join(outboxDirectory, jobId);
  let settled: Awaited<ReturnType<typeof hold.settle>> = { amountWei: 0n, receipt: undefined };
  try {
    settled = await hold.settle(outcomeOf(ending, { hadOutput }), usage);
  } catch (error) {
    logger.error({ jobId, err: error }, 'settle-failed');
  }
  const end = endRow(ending, { endedAt: clock.now(), lastSequence, usage, ...settled });
  if (end.parts.length > 0)
    await directory.moveOutput(outbox).catch((error: unknown) => {
      logger.error({ jobId, err: error }, 'output-move-failed');
    });
  try {
    rows.end(jobId, end);
    return end;
  } catch (error) {
    // The row stays open. A restart would fail the job at no cost, so that is what the caller is told now.
    logger.error({ jobId, err: error }, 'job-end-not-stored');
    await rm(outbox, { recursive: true, force: true });
    const nothing = { usage: {}, amountWei: 0n, receipt: undefined };
    return endRow({ type: 'error', error: toByocError(error) }, { endedAt: clock.now(), lastSequence, ...nothing });
  }
}
