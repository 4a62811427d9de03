import type { ByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { HostedWorker } from '../plugin-host.ts';

/** How long after the grace period a worker's answer may still be on its way, ms. */
const ANSWER_MS = 500;

/** Asks a worker to end a job. `onDeaf` is called when the job has not ended in time (`signal` tells): it is not asked again. */
export function cancelOnWorker(
  worker: HostedWorker,
  options: { jobId: string; error: ByocError; graceMs: number; clock: Clock; signal: AbortSignal; onDeaf(): void },
): void {
  const { jobId, graceMs, signal, onDeaf } = options;
  worker.service.cancelJob({ jobId, reason: options.error.shortMessage, graceMs }, { signal }).catch(() => {});
  options.clock.sleep(graceMs + ANSWER_MS, { signal }).then(onDeaf, () => {});
}
