import type { SyncOption } from '../../ffmpeg/find-ffmpeg.ts';
import { decimal } from '../decimal.ts';
import { type PictureTiming, SOURCE_TICKS } from './plan-timing.ts';

/** Pictures that an encoder may put between keyframes where time decides: more than any source has. */
export const FRAMES_WITHOUT_END = 100_000;

/**
 * Arguments of an encoder whose pictures have times of their own: exact times, and a keyframe at the first picture of every interval, so
 * that every rendition has the same ones. None for a constant rate.
 */
export function timingArguments(
  timing: PictureTiming,
  keyframeSeconds: number,
  { syncOption }: { syncOption: SyncOption },
): string[] {
  if (timing.kind === 'constant') return [];
  const interval = (time: string) => `floor(${time}/${decimal(keyframeSeconds)}+0.000001)`;
  // ffmpeg starts a fragment where the one before ends by the length of its last picture, and gives all the same delay of display: so that
  // nothing moves, lengths must be true, and pictures in order.
  const lengths = "setts=pts=PTS:dts=DTS:duration='if(eq(NEXT_DTS,NOPTS),DURATION,NEXT_DTS-DTS)'";
  return [
    ...['-bf', '0', '-bsf:v', lengths, syncOption, 'vfr', '-enc_time_base', `1/${SOURCE_TICKS}`],
    ...['-force_key_frames', `expr:isnan(prev_forced_t)+gt(${interval('t')},${interval('prev_forced_t')})`],
  ];
}
