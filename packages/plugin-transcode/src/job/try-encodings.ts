import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { Encoding } from '../plan/encoding.ts';

/** Failures that another encoder may not have. */
const ENCODERS_FAULT = new Set(['ffmpeg-failed', 'ffmpeg-killed', 'ffmpeg-unsuitable', 'out-of-memory']);

/** Does the work with the first encoding that does not fail it. `clear` removes what a failed try left. */
export async function tryEncodings<T>(
  encodings: readonly Encoding[],
  work: (encoding: Encoding) => Promise<T>,
  clear: () => Promise<void>,
): Promise<{ readonly value: T; readonly failures: readonly string[] }> {
  const failures: string[] = [];
  for (const [at, encoding] of encodings.entries()) {
    try {
      return { value: await work(encoding), failures };
    } catch (error) {
      const isLast = at === encodings.length - 1;
      if (isLast || !(error instanceof TranscodeFailure) || !ENCODERS_FAULT.has(error.reason)) throw error;
      failures.push(`${describe(encoding)} failed (${error.message})`);
      await clear();
    }
  }
  throw new TypeError('there is no encoding to try');
}

function describe({ encoders, frames }: Encoding): string {
  const [first] = encoders;
  return `${first?.name ?? 'the encoder'} with pictures ${frames === 'card' ? 'on the card' : 'from memory'}`;
}
