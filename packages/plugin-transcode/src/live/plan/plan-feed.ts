import { LIVE_TICKS, type MediaSample, type MediaTrack } from '../media/media-segment.ts';
import { FEED_TICKS, MARK } from './feed-clock.ts';

/** A segment as it goes to ffmpeg, on the feed's own timeline. Times are in ticks of 1/90000 s. */
export interface Feed {
  readonly startTicks: number;
  /** Here the first closing picture comes; when it is encoded, the whole segment was. */
  readonly endTicks: number;
  /** From here on further pictures or the next segment may come. */
  readonly nextTicks: number;
  /** In decoding order, with times of the feed's clock. */
  readonly samples: readonly MediaSample[];
  /** Pictures of the segment itself among them. */
  readonly frames: number;
}

/** Where the first segment of a process starts: late enough for pictures that are shown before they are decoded. */
export const FEED_START = LIVE_TICKS;

const SCALE = FEED_TICKS / LIVE_TICKS;
/** Closing pictures: the first is the end, the second makes the muxer write it. */
const CLOSING = 2;

/**
 * Lays a segment on the feed's timeline, with the pictures after it that make decoder, encoder and muxer let go of all of it. They repeat a
 * keyframe, and lie so close together that rate control does not see them as time. Pictures that come before the first keyframe in time
 * need an earlier segment, and are left out. Pure.
 *
 * @param options.filler a keyframe that is known to decode
 * @param options.pushing how many pictures the decoder may hold back
 */
export function planFeed(
  track: MediaTrack,
  options: { startTicks: number; filler: Uint8Array; pushing: number },
): Feed {
  const { startTicks, filler } = options;
  const first = track.samples[0]?.pts ?? 0;
  const shown = track.samples.filter(({ pts }) => pts >= first);
  const ticks = (time: number) => Math.round((time * LIVE_TICKS) / track.timescale);
  const at = shown.map(({ pts }) => startTicks + ticks(pts - first));
  const dts = decodingTimes(at);
  const samples = shown.map((sample, index): MediaSample => {
    // ffmpeg counts its keyframe rule's time from the first picture, which is a keyframe anyway: it has no mark that would shift the others.
    const mark = index === 0 && startTicks !== FEED_START ? MARK.first : 0;
    const time = { dts: dts[index] ?? 0, pts: (at[index] ?? 0) * SCALE + mark };
    return { ...time, duration: 1, key: sample.key, data: sample.data };
  });
  const endTicks = shown.reduce(
    (end, { duration }, index) => Math.max(end, (at[index] ?? 0) + Math.max(1, ticks(duration))),
    0,
  );
  const marks = [
    ...Array.from({ length: CLOSING }, () => MARK.closing),
    ...Array.from({ length: options.pushing }, () => MARK.pushing),
  ];
  const all = withDurations([...samples, ...fillers(endTicks, filler, marks)]);
  return { startTicks, endTicks, nextTicks: endTicks + marks.length, samples: all, frames: samples.length };
}

/** Further pictures that push, from a tick on. */
export function planPush(startTicks: number, filler: Uint8Array, count: number): readonly MediaSample[] {
  return withDurations(
    fillers(
      startTicks,
      filler,
      Array.from({ length: count }, () => MARK.pushing),
    ),
  );
}

/** How many pictures a decoder of this segment holds back: the most that come before one in decoding order and are shown after it. */
export function reorderDepth(samples: readonly Pick<MediaSample, 'pts'>[]): number {
  let depth = 0;
  for (const [at, { pts }] of samples.entries()) {
    let held = 0;
    for (let before = Math.max(0, at - 16); before < at; before += 1) if ((samples[before]?.pts ?? 0) > pts) held += 1;
    depth = Math.max(depth, held);
  }
  return depth;
}

/**
 * New decoding times for pictures in decoding order: rising, none after its picture's own time, and the first one at it. The source's
 * would start before the segment does, inside the one before.
 */
function decodingTimes(pts: readonly number[]): number[] {
  const times: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  let before = Number.POSITIVE_INFINITY;
  for (let index = pts.length - 1; index >= 0; index -= 1) {
    least = Math.min(least, pts[index] ?? 0);
    before = Math.min(least * SCALE, before - 1);
    times[index] = before;
  }
  return times;
}

function fillers(startTicks: number, data: Uint8Array, marks: readonly number[]): MediaSample[] {
  return marks.map((mark, at) => {
    const dts = (startTicks + at) * SCALE;
    return { dts, pts: dts + mark, duration: 1, key: true, data };
  });
}

/** A sample lasts until the next one is decoded. */
function withDurations(samples: readonly MediaSample[]): MediaSample[] {
  return samples.map((sample, at) => ({
    ...sample,
    duration: Math.max(1, (samples[at + 1]?.dts ?? sample.dts + SCALE) - sample.dts),
  }));
}
