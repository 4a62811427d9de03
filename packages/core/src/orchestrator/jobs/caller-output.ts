import { AsyncQueue } from '../../primitives/async-queue.ts';
import type { OrchestratorFrame } from '../../protocol/frames.ts';

/** Batches of frames held for a caller that reads slowly, before the worker is slowed. */
const BATCHES_MAX = 16;

/** Frames on their way to the caller that opened a job. */
export class CallerOutput {
  /** What the caller reads. */
  readonly batches = new AsyncQueue<readonly OrchestratorFrame[]>({ limit: BATCHES_MAX });
  #unblock: (() => void) | undefined;

  /** Waits while the caller reads slowly, until `unblock` or the end. */
  send(frames: readonly OrchestratorFrame[]): Promise<void> | undefined {
    if (frames.length === 0 || this.batches.closed) return undefined;
    const pushed = this.batches.push(frames);
    if (typeof pushed === 'boolean') return undefined;
    return new Promise((resolve) => {
      this.#unblock = resolve;
      void pushed.then(() => resolve());
    });
  }

  /** Lets what waits in `send` go on. */
  unblock(): void {
    this.#unblock?.();
  }

  /** Nothing follows. What waits for the caller is still read, and what waits in `send` goes on. */
  end(): void {
    this.batches.end();
    this.#unblock?.();
  }
}
