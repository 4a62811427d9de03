import { LIVE_TICKS } from '../media/media-segment.ts';
import type { VideoSpan } from './video-span.ts';

/** Where the last segment lies: on the output's timeline, and on the source's clock. Times are in 1/90000 s. */
export interface TimelinePoint {
  readonly endTicks: number;
  readonly sourceEndTicks: number;
}

/** Where a segment goes. */
export interface Placement {
  readonly startTicks: number;
  /** The source's clock does not go on from the last segment. */
  readonly jumped: boolean;
}

/** The output starts at 1 s: sound may begin a little before the first picture. */
const START = LIVE_TICKS;
/** A clock that is off by less is a rounded one. */
const BACK_TICKS = LIVE_TICKS / 10;
/** A hole of up to this, or of a segment's length, is left as it is: the end of a segment may have been cut off. */
const HOLE_TICKS = LIVE_TICKS;

/**
 * Places a segment after the last one: seamless where the source's clock goes on, with a hole as long as what is missing, and without one
 * after a jump. The output's timeline never jumps and never goes back. Pure.
 *
 * @param options.missing segments that were expected in between
 * @param options.segmentTicks the longest segment so far
 * @param options.wrapTicks where the source's clock starts again
 */
export function placeSegment(
  last: TimelinePoint | undefined,
  span: VideoSpan,
  options: { missing: number; segmentTicks: number; discontinuity: boolean; wrapTicks: number | undefined },
): Placement {
  if (last === undefined) return { startTicks: START, jumped: false };
  const { missing, segmentTicks } = options;
  const hole = difference(span.startTicks - last.sourceEndTicks, options.wrapTicks);
  const expected = hole >= -BACK_TICKS && hole <= Math.max(HOLE_TICKS, segmentTicks) + missing * segmentTicks * 2;
  if (options.discontinuity || !expected) return { startTicks: last.endTicks + missing * segmentTicks, jumped: true };
  const halfFrame = LIVE_TICKS / span.frameRate / 2;
  return { startTicks: last.endTicks + (hole > halfFrame ? hole : 0), jumped: false };
}

function difference(ticks: number, wrap: number | undefined): number {
  if (wrap === undefined) return ticks;
  const rest = ((ticks % wrap) + wrap) % wrap;
  return rest >= wrap / 2 ? rest - wrap : rest;
}
