import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Usage } from '../../payment/payment-provider.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { JobEndRow } from '../store/job-rows.ts';
import type { AcceptedJob, JobsContext } from './job-context.ts';
import type { JobDirectory } from './job-directory.ts';
import { endRow, type JobEnding, outcomeOf } from './job-end.ts';

/** What is known of a job at its end. */
export interface EndingFacts {
  /** Something came that the caller wanted. */
  readonly hadOutput: boolean;
  /** Why somebody ended it; undefined when nobody did. */
  readonly stopped: unknown;
  /** What counts. */
  readonly usage: Usage;
  readonly lastSequence: number;
}

/**
 * Ends a job: puts its output where it is fetched, then writes its row, its settlement and its receipt, all or none. What it
 * returns is what callers are told. Never rejects: an end that can't be signed or stored costs nothing, and a restart would end
 * the job like that.
 */
export async function endJob(
  { job, directory }: { job: AcceptedJob; directory: JobDirectory },
  { clock, rows, logger, transact, outboxDirectory }: JobsContext,
  ending: JobEnding,
  { hadOutput, stopped, usage, lastSequence }: EndingFacts,
): Promise<JobEndRow> {
  const { jobId, payment } = job;
  const outbox = join(outboxDirectory, jobId);
  const endedAt = clock.now();
  if (ending.type === 'result' && ending.parts.length > 0)
    await directory.moveOutput(outbox).catch((error: unknown) => {
      logger.error({ jobId, err: error }, 'output-move-failed');
    });
  try {
    if (payment.row === undefined) {
      const end = endRow(ending, { endedAt, lastSequence, usage, amountWei: 0n, receipt: undefined });
      rows.end(jobId, end);
      return end;
    }
    const output = ending.type === 'result' ? ending : { outputJson: undefined, modelDigests: [] };
    const { outputJson, modelDigests } = output;
    const outcome = outcomeOf(ending, { hadOutput, stopped });
    const settlement = await payment.settlement(outcome, usage, { endedAt, outputJson, modelDigests });
    const end = endRow(ending, { endedAt, lastSequence, usage, ...settlement });
    transact(() => {
      payment.settle(settlement);
      rows.end(jobId, end);
    });
    return end;
  } catch (error) {
    logger.error({ jobId, err: error }, 'job-end-not-stored');
    await rm(outbox, { recursive: true, force: true });
    const nothing = { usage: {}, amountWei: 0n, receipt: undefined };
    return endRow({ type: 'error', error: toByocError(error) }, { endedAt, lastSequence, ...nothing });
  }
}
