import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { StartedWorker } from '../../runtime/container-runtime.ts';
import { stopUntilGone } from './stop-until-gone.ts';

/** Workers of a plugin that are being ended, or whose remains are being removed. */
export class Removals {
  readonly #options: { clock: Clock; logger: Logger; plugin: string; closing: AbortSignal };
  readonly #running = new Set<Promise<void>>();

  constructor(options: { clock: Clock; logger: Logger; plugin: string; closing: AbortSignal }) {
    this.#options = options;
  }

  /** Ends a worker, and removes what it leaves. What fails is logged, and known to `done`. */
  remove(started: StartedWorker, graceMs: number): void {
    const { clock, logger, plugin, closing } = this.#options;
    const removal = stopUntilGone(started, { graceMs, clock, closing });
    this.#running.add(removal);
    removal.then(
      () => this.#running.delete(removal),
      (error: unknown) => {
        this.#running.delete(removal);
        logger.error({ err: error, plugin, workerId: started.workerId }, 'worker-removal-failed');
      },
    );
  }

  /** Resolves when nothing is being removed. Rejects when a removal of this moment fails. */
  async done(): Promise<void> {
    await Promise.all(this.#running);
  }
}
