import { Mismatch } from './mismatch.ts';

/** Waits for something, at most until the case's time is over. `what` finishes "expected …". */
export type Wait = <T>(promise: Promise<T>, what: string) => Promise<T>;

/** Makes the waits of one case. */
export function createWait(signal: AbortSignal): Wait {
  return (promise, what) =>
    new Promise((resolve, reject) => {
      const onAbort = () => reject(new Mismatch(what, 'nothing came until the time was over'));
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
}
