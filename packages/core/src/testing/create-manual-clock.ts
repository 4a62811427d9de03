import type { Clock } from '../primitives/clock.ts';

/** A clock that a test holds in its hand. */
export interface ManualClock extends Clock {
  /** Moves time on and wakes, in order, everybody whose sleep is over. Resolves when what they did at once is done. */
  advance(ms: number): Promise<void>;
  /** How many sleep. */
  readonly sleepers: number;
}

/** Makes a clock that stands still until it is told to move. `startMs`: Unix time, default 0. */
export function createManualClock({ startMs = 0 }: { startMs?: number } = {}): ManualClock {
  let nowMs = startMs;
  const sleeping = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => nowMs,
    get sleepers() {
      return sleeping.size;
    },
    sleep(delayMs, { signal } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = {
          until: nowMs + delayMs,
          wake() {
            sleeping.delete(sleeper);
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        const onAbort = () => {
          sleeping.delete(sleeper);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleeping.add(sleeper);
      });
    },
    async advance(ms) {
      const end = nowMs + ms;
      // Who is about to sleep does so before time moves.
      await settle();
      for (;;) {
        const [next] = [...sleeping].filter(({ until }) => until <= end).sort((a, b) => a.until - b.until);
        if (next === undefined) break;
        nowMs = Math.max(nowMs, next.until);
        next.wake();
        // What a woken sleeper does next may be another sleep that ends within the same advance.
        await settle();
      }
      nowMs = end;
      await settle();
    },
  };
}

/** Lets every promise that is ready run: a turn of the event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
