import type { TranscodeInput } from '../capability/input.ts';
import { displaySize, type MediaProbe } from '../media/media-probe.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';

/** What an operator allows a job. A job over a limit fails before any work, with the number and the limit. */
export interface TranscodeLimits {
  /** Of the source, or of the clip. @default 14400 */
  readonly maxSeconds: number;
  /** Of the source. @default 16 GiB */
  readonly maxSourceBytes: number;
  /** Of one picture of the source. @default 35389440 (8192 × 4320) */
  readonly maxSourcePixels: number;
  /** Summed over the renditions. @default 2e13 */
  readonly maxPixels: number;
  /** Width × height × frame rate, summed over the renditions. @default 1e10 */
  readonly maxPixelsPerSecond: number;
  /** @default 16 */
  readonly maxOutputs: number;
  /** @default 12 */
  readonly maxRenditions: number;
  /** From the source's arrival to the result. @default 86400 */
  readonly maxWallSeconds: number;
  /** How long an ffmpeg that neither works nor says anything is waited for. @default 60 */
  readonly maxStillSeconds: number;
}

export const DEFAULT_LIMITS: TranscodeLimits = {
  maxSeconds: 14_400,
  maxSourceBytes: 16 * 1024 ** 3,
  maxSourcePixels: 8192 * 4320,
  maxPixels: 2e13,
  maxPixelsPerSecond: 1e10,
  maxOutputs: 16,
  maxRenditions: 12,
  maxWallSeconds: 86_400,
  maxStillSeconds: 60,
};

/** Refuses what the input alone shows, before the source is here. @throws TranscodeFailure */
export function checkRequest(input: Pick<TranscodeInput, 'outputs' | 'ladder'>, limits: TranscodeLimits): void {
  refuse('outputs', input.outputs.length, limits.maxOutputs, 'Ask for fewer outputs, or choose another offer.');
  if (Array.isArray(input.ladder)) checkRenditions(input.ladder.length, limits);
}

/** Refuses a source before any of it is decoded. @throws TranscodeFailure */
export function checkSource(
  source: { bytes: number; probe?: MediaProbe; input: Pick<TranscodeInput, 'clip'> },
  limits: TranscodeLimits,
): void {
  const { bytes, probe, input } = source;
  refuse('bytes of source', bytes, limits.maxSourceBytes, 'Send a smaller file, or choose another offer.');
  if (probe?.video !== undefined) {
    const { width, height } = displaySize(probe.video);
    checkPicture(Math.max(width * height, probe.video.width * probe.video.height), limits);
  }
  if (probe?.durationSeconds === undefined) return;
  const seconds = Math.min(
    probe.durationSeconds - (input.clip?.startSeconds ?? 0),
    input.clip?.durationSeconds ?? Number.POSITIVE_INFINITY,
  );
  checkSeconds(seconds, limits);
}

/** Refuses a plan before anything is encoded. @throws TranscodeFailure */
export function checkPlan(plan: TranscodePlan, limits: TranscodeLimits): void {
  checkRenditions(plan.renditions.length, limits);
  // A canvas may be larger than the source.
  if (plan.chain !== undefined) checkPicture(plan.chain.size.width * plan.chain.size.height, limits);
  const aSecond = Math.ceil((plannedPixels(plan, 1) * plan.frameRate.num) / plan.frameRate.den);
  const hint = 'Ask for fewer or smaller renditions, or for a lower `video.maxFrameRate`.';
  refuse('pixels a second', aSecond, limits.maxPixelsPerSecond, hint);
  if (plan.expectedFrames !== undefined) checkFrames(plan, plan.expectedFrames, limits);
}

/** Refuses a number of frames, expected or encoded: a source may have more than it says. @throws TranscodeFailure */
export function checkFrames(
  plan: Pick<TranscodePlan, 'renditions' | 'frameRate'>,
  frames: number,
  limits: TranscodeLimits,
): void {
  // Half a second for rounding, and for sound that ends after the pictures.
  checkSeconds((frames * plan.frameRate.den) / plan.frameRate.num - 0.5, limits);
  const hint = 'Ask for fewer or smaller renditions, or for a clip.';
  refuse('pixels', plannedPixels(plan, frames), limits.maxPixels, hint);
}

/** Refuses the pixels of one picture. @throws TranscodeFailure */
export function checkPicture(pixels: number, limits: Pick<TranscodeLimits, 'maxSourcePixels'>): void {
  const hint = 'Send a smaller picture, or choose another offer.';
  refuse('pixels a picture', pixels, limits.maxSourcePixels, hint);
}

/** Why a job that takes too long is ended. */
export function tookTooLong({ maxWallSeconds }: Pick<TranscodeLimits, 'maxWallSeconds'>): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'limit-exceeded',
    message: `The job was ended after ${maxWallSeconds} seconds of work, which is all that a job may take here`,
    hint: 'Ask for fewer renditions, a faster preset or a clip, or choose another offer.',
    recovery: 'retry-other',
  });
}

/** Pixels of a number of frames in every rendition. */
export function plannedPixels(plan: Pick<TranscodePlan, 'renditions'>, frames: number): number {
  return plan.renditions.reduce((sum, { width, height }) => sum + width * height * frames, 0);
}

function checkRenditions(count: number, limits: TranscodeLimits): void {
  refuse('renditions', count, limits.maxRenditions, 'Ask for fewer renditions, or choose another offer.');
}

function checkSeconds(seconds: number, limits: TranscodeLimits): void {
  refuse('seconds', Math.ceil(seconds), limits.maxSeconds, 'Ask for a clip, or choose another offer.');
}

function refuse(what: string, value: number, limit: number, hint: string): void {
  if (value <= limit) return;
  throw new TranscodeFailure({
    reason: 'limit-exceeded',
    message: `The job has ${value} ${what}; at most ${limit} are allowed here`,
    hint,
    recovery: 'retry-other',
  });
}
