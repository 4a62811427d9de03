/** How a stream is cut. */
export interface SegmentPlan {
  /** Frames from one keyframe to the next. */
  readonly keyframeFrames: number;
  /** Whole keyframe intervals. */
  readonly segmentSeconds: number;
}

/** Whole frames a keyframe interval, whole intervals a segment: then every rendition cuts at the same frames. `rate` in frames a second. */
export function planSegments(rate: number, asked: { keyframeSeconds: number; segmentSeconds: number }): SegmentPlan {
  const keyframeFrames = Math.max(1, Math.round(rate * asked.keyframeSeconds));
  const gopSeconds = keyframeFrames / rate;
  const segmentSeconds = gopSeconds * Math.max(1, Math.round(asked.segmentSeconds / gopSeconds));
  return { keyframeFrames, segmentSeconds };
}
