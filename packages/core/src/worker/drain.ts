import type { Clock } from '../primitives/clock.ts';

/** What a drain needs of its worker. */
export interface DrainOptions {
  readonly clock: Clock;
  /** True when no handler runs. */
  readonly isIdle: () => boolean;
  /** Cancels what still runs; resolves when every job has ended, with its handler or without. */
  readonly cancelJobs: () => Promise<void>;
  /** Runs once, after the last job. */
  readonly finish: () => Promise<void>;
}

/** The end of a worker: jobs may run on until a time that later calls can only bring nearer, then they are cancelled. */
export class Drain {
  readonly #options: DrainOptions;
  /** Unix time, ms. */
  #until = Number.POSITIVE_INFINITY;
  #wake: () => void = () => {};
  #over: Promise<void> | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Begins, or shortens what runs. Resolves when all is done. */
  within(graceMs: number): Promise<void> {
    this.#until = Math.min(this.#until, this.#options.clock.now() + graceMs);
    this.#wake();
    this.#over ??= this.#run();
    return this.#over;
  }

  /** The last handler has ended. */
  onIdle(): void {
    this.#wake();
  }

  async #run(): Promise<void> {
    const { clock, isIdle, cancelJobs, finish } = this.#options;
    for (;;) {
      const leftMs = this.#until - clock.now();
      if (isIdle()) break;
      if (leftMs <= 0) {
        await cancelJobs();
        break;
      }
      const woken = new AbortController();
      this.#wake = () => woken.abort(null);
      await clock.sleep(leftMs, { signal: woken.signal }).catch(() => {});
    }
    await finish();
  }
}
