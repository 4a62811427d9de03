import { AsyncQueue, ByocError } from '@byoc/core';
import type { Gateway, RunFrame, RunInput } from '@byoc/core/gateway';
import type { transcode } from '../capability.ts';
import type { ParallelOptions, ParallelTranscode } from './parallel-transcode.ts';
import { runParallel } from './run-parallel.ts';

/**
 * Runs video/transcode as several ordinary jobs at once: the source is cut at keyframes, each piece is encoded by whoever has a slot, and
 * the segments are joined without a seam. What can't be cut runs as one job, and a warning in the result says why.
 *
 * @example
 * await using transcoding = transcodeInParallel(gateway, { source: fileBlob('long.mp4') }, { parallel: 8 });
 * const { output, download } = await transcoding.result;
 * await download('out');
 */
export function transcodeInParallel(
  gateway: Gateway,
  input: RunInput<typeof transcode>,
  options: ParallelOptions = {},
): ParallelTranscode {
  const frames = new AsyncQueue<RunFrame>({ limit: 256 });
  const stop = new AbortController();
  const cancel = (reason = 'the caller cancelled it') =>
    stop.abort(new ByocError('JOB_CANCELLED', { jobId: 'parallel', reason }));
  const onAbort = () => cancel('the caller aborted it');
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  const discards: (() => Promise<void>)[] = [];
  const result = runParallel(gateway, input, {
    ...options,
    signal: stop.signal,
    onFrame(frame) {
      // Whoever reads slowly gets fewer of the numbers that come again anyway; nothing waits for a reader.
      if (frame.type !== 'accepted' && frames.size > 200) return;
      if (frames.size < 250) void frames.push(frame);
    },
    onDiscard: (discard) => discards.push(discard),
  }).finally(() => {
    options.signal?.removeEventListener('abort', onAbort);
    frames.end();
  });
  result.catch(() => {});
  const close = async () => {
    cancel('it was closed');
    await result.catch(() => {});
    for (const discard of discards) await discard();
  };
  return {
    result,
    cancel,
    close,
    [Symbol.asyncDispose]: close,
    [Symbol.asyncIterator]: () => frames[Symbol.asyncIterator](),
  };
}
