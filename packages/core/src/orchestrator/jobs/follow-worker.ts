import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { JobFrame } from '../../protocol/frames.ts';
import type { HostedWorker } from '../plugin-host.ts';

/** How long a broken connection waits for the host to say why, ms. */
const EXPLAIN_MS = 500;
/** A worker frees its slot a moment after its last frame left: `WORKER_BUSY` is asked again this often. */
const BUSY_RETRIES = 100;
const BUSY_WAIT_MS = 10;

/**
 * Reads one job from a worker until `onFrames` says that it ended.
 *
 * @throws ByocError WORKER_LOST; what the worker refused the job with; the reason `call` was aborted with
 */
export async function followWorker(
  worker: HostedWorker,
  options: {
    jobId: string;
    plugin: string;
    clock: Clock;
    /** Aborted to break the call. */
    call: AbortController;
    /** Aborted when nobody wants the job any more: no second try then. */
    stop: AbortSignal;
    open(signal: AbortSignal): AsyncIterable<readonly JobFrame[]>;
    mayRetry(): boolean;
    /** True after the last frame. */
    onFrames(frames: readonly JobFrame[]): Promise<boolean>;
  },
): Promise<void> {
  const { jobId, plugin, call, clock } = options;
  const lost = (reason: unknown) => {
    const cause = isByocError(reason) ? reason.shortMessage : 'its stream ended without a result';
    return new ByocError('WORKER_LOST', { jobId, plugin, reason: cause.replace(/\.$/, '') }, { cause: reason });
  };
  const onGone = () => call.abort(lost(worker.gone.reason));
  if (worker.gone.aborted) throw lost(worker.gone.reason);
  worker.gone.addEventListener('abort', onGone, { once: true });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        for await (const frames of options.open(call.signal)) {
          const [first] = frames;
          if (first?.type === 'error' && first.error.code === 'WORKER_BUSY' && options.mayRetry()) throw first.error;
          if (await options.onFrames(frames)) return;
        }
        call.signal.throwIfAborted();
        throw lost(undefined);
      } catch (error) {
        if (call.signal.aborted) throw call.signal.reason;
        if (isByocError(error, 'CONNECTION_LOST') || isByocError(error, 'CONNECTION_FAILED')) {
          // The socket tells a moment before the exit is seen; the host's reason is the better one.
          await clock.sleep(EXPLAIN_MS, { signal: call.signal }).catch(() => {});
          throw call.signal.aborted ? call.signal.reason : lost(error);
        }
        const again = isByocError(error, 'WORKER_BUSY') && options.mayRetry() && attempt <= BUSY_RETRIES;
        if (!again || options.stop.aborted) throw error;
        await clock.sleep(BUSY_WAIT_MS, { signal: options.stop });
      }
    }
  } finally {
    worker.gone.removeEventListener('abort', onGone);
  }
}
