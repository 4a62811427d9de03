import type { MediaProbe } from '../media/media-probe.ts';
import { displaySize } from '../media/media-probe.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';

/** What an operator allows a job. */
export interface TranscodeLimits {
  /** Of what is encoded. @default 14400 */
  readonly maxSeconds: number;
  /** Of one picture of the source. @default 35389440 (8192 × 4320) */
  readonly maxSourcePixels: number;
  /** Summed over the renditions. @default 2e13 */
  readonly maxPixels: number;
}

export const DEFAULT_LIMITS: TranscodeLimits = { maxSeconds: 14_400, maxSourcePixels: 8192 * 4320, maxPixels: 2e13 };

/** Refuses a source before any of it is decoded. @throws TranscodeFailure */
export function checkSource(probe: MediaProbe, limits: TranscodeLimits): void {
  if (probe.video === undefined) return;
  const { width, height } = displaySize(probe.video);
  const pixels = Math.max(width * height, probe.video.width * probe.video.height);
  if (pixels > limits.maxSourcePixels)
    throw over('pixels a picture', pixels, limits.maxSourcePixels, 'Send a smaller picture, or choose another offer.');
}

/** Refuses a plan before anything is encoded. @throws TranscodeFailure */
export function checkPlan(plan: TranscodePlan, limits: TranscodeLimits): void {
  if (plan.expectedFrames === undefined) return;
  const seconds = (plan.expectedFrames * plan.frameRate.den) / plan.frameRate.num;
  if (seconds > limits.maxSeconds)
    throw over('seconds', Math.ceil(seconds), limits.maxSeconds, 'Ask for a clip, or choose another offer.');
  const pixels = plannedPixels(plan, plan.expectedFrames);
  if (pixels > limits.maxPixels)
    throw over('pixels', pixels, limits.maxPixels, 'Ask for fewer or smaller renditions, or for a clip.');
}

/** Pixels of a number of frames in every rendition. */
export function plannedPixels(plan: Pick<TranscodePlan, 'renditions'>, frames: number): number {
  return plan.renditions.reduce((sum, { width, height }) => sum + width * height * frames, 0);
}

function over(what: string, value: number, limit: number, hint: string): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'limit-exceeded',
    message: `The job has ${value} ${what}; at most ${limit} are allowed here`,
    hint,
    recovery: 'retry-other',
  });
}
