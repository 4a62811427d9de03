import type { TranscodePlan } from '../plan/transcode-plan.ts';
import { checkFrames, type TranscodeLimits, tookTooLong } from './limits.ts';

/** Watches a job that runs. */
export interface JobGuard extends Disposable {
  /** Aborted by the job's own signal, and when a limit is passed: then its reason is the failure. */
  readonly signal: AbortSignal;
  /** Ends the job when it has encoded more than it may, whatever its source has promised. */
  encoded(plan: Pick<TranscodePlan, 'renditions' | 'frameRate'>, frames: number): void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Starts the clock of a job's work. */
export function guardJob(signal: AbortSignal, limits: TranscodeLimits): JobGuard {
  const over = new AbortController();
  const timer = setTimeout(
    () => over.abort(tookTooLong(limits)),
    Math.min(LONGEST_TIMER_MS, limits.maxWallSeconds * 1000),
  );
  return {
    signal: AbortSignal.any([signal, over.signal]),
    encoded(plan, frames) {
      try {
        checkFrames(plan, frames, limits);
      } catch (failure) {
        over.abort(failure);
      }
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
