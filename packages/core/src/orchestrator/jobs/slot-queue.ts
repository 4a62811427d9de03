import { ByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import { type Admission, createAdmission } from './admission.ts';

/** The slots of one plugin, awaited. */
export interface SlotQueue {
  readonly admission: Admission;
  /**
   * Takes a slot; undefined when one was free at once.
   *
   * @throws ByocError QUEUE_FULL, at once; QUEUE_TIMEOUT; the signal's reason
   */
  acquire(
    jobId: string,
    options: { caller: string; signal: AbortSignal; onWaiting(position: number): void },
  ): Promise<void> | undefined;
  /** Gives the slot back. Harmless for a job that has none. */
  release(jobId: string): void;
  setSlots(slots: number): void;
  /** Refuses all that wait. */
  refuseAll(error: ByocError): void;
}

/** Creates the queue of one plugin. */
export function createSlotQueue(options: {
  plugin: string;
  slots: number;
  queueLimit: number;
  queueWaitMs: number;
  clock: Clock;
  onChange?: () => void;
}): SlotQueue {
  const admission = createAdmission(options);
  const waiting = new Map<string, { start(): void; refuse(error: unknown): void }>();
  const startAll = (jobs: readonly string[]) => {
    for (const jobId of jobs) waiting.get(jobId)?.start();
    options.onChange?.();
  };
  return {
    admission,
    acquire(jobId, { caller, signal, onWaiting }) {
      const answer = admission.enter(jobId, caller);
      options.onChange?.();
      if (answer.type === 'start') return undefined;
      if (answer.type === 'refuse')
        throw new ByocError('QUEUE_FULL', { plugin: options.plugin, waiting: answer.waiting });
      onWaiting(answer.position);
      const timer = new AbortController();
      return new Promise<void>((resolve, reject) => {
        const leave = () => {
          waiting.delete(jobId);
          signal.removeEventListener('abort', onAbort);
          timer.abort();
        };
        const refuse = (error: unknown) => {
          leave();
          startAll(admission.leave(jobId));
          reject(error);
        };
        const onAbort = () => refuse(signal.reason);
        const start = () => {
          leave();
          resolve();
        };
        waiting.set(jobId, { start, refuse });
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        const facts = { jobId, plugin: options.plugin, waitedMs: options.queueWaitMs };
        options.clock.sleep(options.queueWaitMs, { signal: timer.signal }).then(
          () => refuse(new ByocError('QUEUE_TIMEOUT', facts)),
          () => {},
        );
      });
    },
    release: (jobId) => startAll(admission.leave(jobId)),
    setSlots: (slots) => startAll(admission.setSlots(slots)),
    refuseAll(error) {
      for (const waiter of [...waiting.values()]) waiter.refuse(error);
    },
  };
}
