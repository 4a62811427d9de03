import type { Clock } from '../primitives/clock.ts';
import type { Logger } from '../primitives/logger.ts';

/** Waits for a teardown. One that fails or hangs is logged and does not keep the worker. */
export async function tearDown(
  close: () => Promise<void>,
  { withinMs, clock, logger }: { withinMs: number; clock: Clock; logger: Logger },
): Promise<void> {
  const timer = new AbortController();
  const late = clock.sleep(withinMs, { signal: timer.signal }).then(
    () => logger.error({}, 'teardown-hangs'),
    () => {},
  );
  const closed = close().catch((error: unknown) => logger.error({ err: error }, 'teardown-failed'));
  await Promise.race([closed, late]);
  timer.abort(null);
}
