import { LIVE_TICKS, type MediaTrack } from '../media/media-segment.ts';

/** When the pictures of a segment are shown, in ticks of 1/90000 s of the source's clock. */
export interface VideoSpan {
  readonly startTicks: number;
  readonly durationTicks: number;
  /** Pictures a second. */
  readonly frameRate: number;
}

/** Measures a segment from its first keyframe to the end of its last picture. */
export function videoSpan({ samples, timescale }: Pick<MediaTrack, 'samples' | 'timescale'>): VideoSpan {
  const ticks = (time: number) => Math.round((time * LIVE_TICKS) / timescale);
  const first = samples[0]?.pts ?? 0;
  const shown = samples.filter(({ pts }) => pts >= first);
  const end = shown.reduce(
    (last, { pts, duration }) => Math.max(last, ticks(pts - first) + Math.max(1, ticks(duration))),
    1,
  );
  const steps = shown.map(({ duration }) => duration).toSorted((a, b) => a - b);
  const step = steps[Math.floor(steps.length / 2)] ?? 1;
  return { startTicks: ticks(first), durationTicks: end, frameRate: timescale / step };
}
