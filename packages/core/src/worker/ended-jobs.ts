import type { Clock } from '../primitives/clock.ts';

/** Ended jobs kept for late attachers at most. */
const ENDED_JOBS_MAX = 256;
/** How long an ended job is kept. */
const ENDED_JOB_KEEP_MS = 60_000;

/** Remembers for how long ended jobs are kept, the oldest first. */
export class EndedJobs {
  readonly #options: { clock: Clock; signal: AbortSignal; onForget: (jobId: string) => void };
  readonly #ended: { readonly jobId: string; readonly at: number }[] = [];
  #forgetting = false;

  constructor(options: { clock: Clock; signal: AbortSignal; onForget: (jobId: string) => void }) {
    this.#options = options;
  }

  /** Takes a job that has just ended. */
  keep(jobId: string): void {
    this.#ended.push({ jobId, at: this.#options.clock.now() });
    if (this.#ended.length > ENDED_JOBS_MAX) this.#forgetOldest();
    if (!this.#forgetting) void this.#forgetInTime();
  }

  /** One timer for all: one for each job would cost more than a small job itself. */
  async #forgetInTime(): Promise<void> {
    const { clock, signal } = this.#options;
    this.#forgetting = true;
    try {
      for (let oldest = this.#ended[0]; oldest !== undefined; oldest = this.#ended[0]) {
        const leftMs = oldest.at + ENDED_JOB_KEEP_MS - clock.now();
        if (leftMs <= 0) this.#forgetOldest();
        else await clock.sleep(leftMs, { signal, unref: true });
      }
    } catch {
      // The worker closes.
    } finally {
      this.#forgetting = false;
    }
  }

  #forgetOldest(): void {
    const oldest = this.#ended.shift();
    if (oldest !== undefined) this.#options.onForget(oldest.jobId);
  }
}
