import { setImmediate as turn } from 'node:timers/promises';
import type { JobsContext } from './job-context.ts';

/** How often rows that are too old are looked for, ms. */
const EVERY_MS = 3_600_000;

/** Forgets the rows of jobs that ended long ago, now and every hour, until the signal is aborted. Never rejects. */
export async function forgetJobs(
  { rows, clock, limits, logger }: Pick<JobsContext, 'rows' | 'clock' | 'limits' | 'logger'>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      // In small steps: jobs go on meanwhile.
      while (rows.forget(clock.now() - limits.historyMs) > 0 && !signal.aborted) await turn();
    } catch (error) {
      logger.warn({ err: error }, 'old-jobs-kept');
    }
    await clock.sleep(EVERY_MS, { signal, unref: true }).catch(() => {});
  }
}
