import { type Clock, systemClock } from '@byoc/core';

/** Between two looks at the chain, were it not for `look`. Nothing else sleeps so long. */
const POLL_MS = 7_200_000;

/** Creates a clock whose owner, with this `pollMs`, looks at the chain when it is told to. */
export function createLookClock(): { clock: Clock; pollMs: number; look(): Promise<void> } {
  let wake = () => {};
  let asleep = Promise.withResolvers<void>();
  return {
    pollMs: POLL_MS,
    clock: {
      now: systemClock.now,
      sleep(delayMs, options = {}) {
        if (delayMs !== POLL_MS) return systemClock.sleep(delayMs, options);
        asleep.resolve();
        return new Promise((resolve, reject) => {
          wake = resolve;
          options.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true });
        });
      },
    },
    /** Resolves when everything that comes of the look was done. */
    async look() {
      asleep = Promise.withResolvers<void>();
      wake();
      await asleep.promise;
    },
  };
}
