import { LIVE_TICKS } from '../media/media-segment.ts';

/**
 * The clock of what is fed to ffmpeg: each tick of the live timeline has 16 of its own, so that the last digit of a time can tell what a
 * picture is for. Filters and the keyframe rule read it from there; a muxer at 90 kHz rounds it away again.
 */
export const FEED_TICKS = LIVE_TICKS * 16;

/** What a picture is for. */
export const MARK = {
  /** The first of a segment: becomes a keyframe. */
  first: 1,
  /** Repeats a picture so that what is before it comes out; encoded black, as a keyframe, and thrown away. */
  closing: 2,
  /** Repeats a picture so that the decoder lets go of what it holds; never encoded. */
  pushing: 3,
} as const;

/** An expression of ffmpeg for the mark, over a time in seconds. */
export const MARK_BY_TIME = `mod(round(t*${FEED_TICKS}),16)`;
/** The same over a time in ticks of the feed. */
export const MARK_BY_TICKS = 'mod(pts,16)';
