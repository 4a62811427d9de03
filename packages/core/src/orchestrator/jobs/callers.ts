import type { Clock } from '../../primitives/clock.ts';

/** Who follows a job now. */
export class Callers {
  readonly #options: { clock: Clock; detachedMs: number; signal: AbortSignal; onGone: () => void };
  #count = 0;
  /** Told when somebody comes: then the wait for them is over. */
  #came = new AbortController();

  constructor(options: { clock: Clock; detachedMs: number; signal: AbortSignal; onGone: () => void }) {
    this.#options = options;
  }

  get any(): boolean {
    return this.#count > 0;
  }

  came(): void {
    this.#count += 1;
    this.#came.abort(null);
  }

  left(): void {
    this.#count -= 1;
  }

  /** A caller that is gone for good, killed perhaps, must not leave its job running until the deadline. */
  await(): void {
    const { clock, detachedMs, signal, onGone } = this.#options;
    this.#came = new AbortController();
    const waiting = AbortSignal.any([signal, this.#came.signal]);
    clock.sleep(detachedMs, { signal: waiting, unref: true }).then(onGone, () => {});
  }
}
