import { statfs } from 'node:fs/promises';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { PlannedStream } from '../plan/transcode-plan.ts';
import { readStream, type StreamFacts } from './read-stream.ts';
import type { settleTimes } from './settle-times.ts';
import { diskFull } from './translate-disk-full.ts';

/** Less than this is a full disk: no segment fits. */
const FULL_BYTES = 1024 ** 2;

/**
 * Reads a stream back that ffmpeg says it has written. Its muxer of segments does not report a full disk, so what is missing is looked into.
 *
 * `first`: what is done to the files before.
 *
 * @throws TranscodeFailure `disk-full`, `output-incomplete`, `source-without-frames`
 */
export async function readBack(
  directory: string,
  stream: PlannedStream,
  signal: AbortSignal,
  first: typeof settleTimes = async () => {},
): Promise<StreamFacts> {
  try {
    await first(directory, stream, signal);
    return await readStream(directory, stream, signal);
  } catch (error) {
    signal.throwIfAborted();
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize < FULL_BYTES) throw diskFull(error);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw noFrames();
    if (!(error instanceof RangeError)) throw error;
    throw new TranscodeFailure(
      {
        reason: 'output-incomplete',
        message: `The files that ffmpeg wrote are not whole: ${error.message}`,
        hint: 'Try again, here or at another offer; the disk may have been full for a while.',
        recovery: 'retry-other',
      },
      { cause: error },
    );
  }
}

/** Why a job without a single picture fails. */
export function noFrames(): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'source-without-frames',
    message: 'Nothing of the source could be decoded',
    hint: 'Check that the file is whole, and that a clip lies inside it.',
    recovery: 'fix-request',
  });
}
