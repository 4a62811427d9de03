import type { TranscodeInput } from '../capability/input.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';

/** Seconds of the source that are used; undefined when neither source nor clip tells. @throws TranscodeFailure when the clip starts behind the end */
export function clippedSeconds(input: Pick<TranscodeInput, 'clip'>, duration: number | undefined): number | undefined {
  const start = input.clip?.startSeconds ?? 0;
  if (duration !== undefined && start >= duration) {
    throw new TranscodeFailure({
      reason: 'clip-outside-source',
      message: `The clip starts at ${start} s, and the source ends at ${duration} s`,
      hint: 'Start the clip inside the source.',
      recovery: 'fix-request',
    });
  }
  const left = duration === undefined ? undefined : duration - start;
  const asked = input.clip?.durationSeconds;
  return left === undefined ? asked : Math.min(left, asked ?? left);
}
