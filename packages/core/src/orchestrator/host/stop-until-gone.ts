import { isByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { StartedWorker } from '../../runtime/container-runtime.ts';

/** How often a container engine that is away is asked again. */
const ENGINE_LOOK_MS = 1000;

/**
 * Ends a worker and removes what it left. While the container engine is away that is impossible, and it is tried again; once
 * `closing` is aborted a last time.
 *
 * @throws ByocError DOCKER_LOST on closing, and others of `stop`
 */
export async function stopUntilGone(
  worker: StartedWorker,
  options: { graceMs: number; clock: Clock; closing: AbortSignal },
): Promise<void> {
  const { graceMs, clock, closing } = options;
  for (;;) {
    const last = closing.aborted;
    try {
      return await worker.stop({ graceMs });
    } catch (error) {
      if (last || !isByocError(error, 'DOCKER_LOST')) throw error;
      await clock.sleep(ENGINE_LOOK_MS, { signal: closing, unref: true }).catch(() => {});
    }
  }
}
