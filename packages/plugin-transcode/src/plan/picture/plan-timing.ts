import type { TranscodeInput } from '../../capability/input.ts';
import type { Fraction } from '../../media/fraction.ts';
import type { VideoStream } from '../../media/media-probe.ts';
import { decimal } from '../decimal.ts';
import { selectFrameRate } from '../select-frame-rate.ts';

/** When pictures are shown. */
export interface PictureTiming {
  readonly kind: 'constant' | 'source';
  /** Frames a second; on average where they vary. */
  readonly rate: Fraction;
  /** Moments a second where a picture may be: then intervals are whole numbers of them. */
  readonly beat: number;
  /** For `-filter_complex`. The first picture is at 0: one that comes late is shown from the start. */
  readonly filters: readonly string[];
}

/** Ticks a second of pictures with times of their own: exact for MPEG-TS and for every usual rate. */
export const SOURCE_TICKS = 90_000;

/**
 * Plans the times of pictures. `factor` is how many pictures there are for each of the source; `seconds` how many are wanted at most, of a
 * clip.
 */
export function planTiming(
  input: Pick<TranscodeInput, 'video' | 'picture'>,
  video: VideoStream,
  options: { factor: 1 | 2; clipSeconds: number | undefined },
): PictureTiming {
  const { factor, clipSeconds } = options;
  const fastest = input.video.maxFrameRate;
  const rate = selectFrameRate(video, fastest, factor);
  if (input.picture.frameTiming === 'source') {
    const filters = [`settb=1/${SOURCE_TICKS}`, "setpts='if(eq(N,0),0,PTS)'"];
    // A millisecond for the jitter of containers that round times.
    if (fastest !== undefined)
      filters.push(`select='isnan(prev_selected_t)+gte(t-prev_selected_t,${decimal(1 / fastest - 0.001)})'`);
    if (clipSeconds !== undefined) filters.push(`trim=end=${decimal(clipSeconds)}`);
    return { kind: 'source', rate, beat: SOURCE_TICKS, filters };
  }
  const filters = [`fps=${rate.num}/${rate.den}:start_time=0`];
  // A clip that starts between two pictures would have one too many.
  if (clipSeconds !== undefined)
    filters.push(`trim=end_frame=${Math.max(1, Math.round((clipSeconds * rate.num) / rate.den))}`);
  return { kind: 'constant', rate, beat: rate.num / rate.den, filters };
}
