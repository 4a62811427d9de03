import type { Clock } from '../../primitives/clock.ts';

/** Wakes those who wait for a change of something. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Resolves at the next change. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Asks at every change until the answer is yes: true. False when that takes too long. Rejects with what `isSo` throws, or when aborted. */
  async until(
    isSo: () => boolean,
    { withinMs, clock, signal }: { withinMs: number; clock: Clock; signal?: AbortSignal | undefined },
  ): Promise<boolean> {
    const timer = new AbortController();
    let late = false;
    const timeout = clock.sleep(withinMs, { signal: timer.signal, unref: true }).then(
      () => {
        late = true;
        this.wake();
      },
      () => {},
    );
    const onAbort = () => this.wake();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        signal?.throwIfAborted();
        if (isSo()) return true;
        if (late) return false;
        await this.next();
      }
    } finally {
      timer.abort();
      await timeout;
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
