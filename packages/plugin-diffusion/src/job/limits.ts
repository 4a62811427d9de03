import { MOST_PIXELS_UNTOLD } from '../capability/upscale.ts';
import type { UpscaleInput } from '../capability/upscale-input.ts';
import { ImageFailure } from '../model/image-failure.ts';

/** What an operator allows a job. A job over a limit fails before any work, with the number and the limit. */
export interface DiffusionLimits {
  /** Width × height of one picture. @default 4194304 (2048 × 2048) */
  readonly maxPixels: number;
  /** Width × height of a picture that was enlarged. @default 67108864 (8192 × 8192) */
  readonly maxUpscaledPixels: number;
  /** @default 16 */
  readonly maxCount: number;
  /** @default 150 */
  readonly maxSteps: number;
  /** Of a picture to start from or to enlarge, and of a mask. @default 64 MiB */
  readonly maxSourceBytes: number;
  /** Of a picture to start from or to enlarge, and of a mask. @default 67108864 (8192 × 8192) */
  readonly maxSourcePixels: number;
}

export const DEFAULT_LIMITS: DiffusionLimits = {
  maxPixels: 2048 * 2048,
  maxUpscaledPixels: 8192 * 8192,
  maxCount: 16,
  maxSteps: 150,
  maxSourceBytes: 64 * 1024 ** 2,
  maxSourcePixels: 8192 * 8192,
};

/** Refuses a job that is larger than an operator allows. @throws ImageFailure */
export function checkJob(
  job: { readonly width: number; readonly height: number; readonly count: number; readonly steps: number },
  limits: DiffusionLimits,
): void {
  refuse('pixels a picture', job.width * job.height, limits.maxPixels, 'Ask for a smaller picture');
  refuse('pictures', job.count, limits.maxCount, 'Ask for fewer pictures');
  refuse('steps', job.steps, limits.maxSteps, 'Ask for fewer steps');
}

/**
 * Refuses to enlarge a picture that would get larger than an operator allows, or than the quote was for.
 *
 * @throws ImageFailure
 */
export function checkUpscale(
  { imageSize }: Pick<UpscaleInput, 'imageSize'>,
  job: { readonly source: Size; readonly width: number; readonly height: number },
  limits: DiffusionLimits,
): void {
  const { source, width, height } = job;
  if (imageSize !== undefined && (imageSize.width !== source.width || imageSize.height !== source.height)) {
    throw new ImageFailure({
      reason: 'source-size-wrong',
      message: `The image has ${source.width} × ${source.height} pixels, \`imageSize\` says ${imageSize.width} × ${imageSize.height}`,
      hint: 'Say the size that the image has when it is upright, or leave `imageSize` out.',
    });
  }
  const most = imageSize === undefined ? MOST_PIXELS_UNTOLD : Number.POSITIVE_INFINITY;
  const hint = 'Ask for a smaller `scale`, or send a smaller image';
  refuse('pixels in the picture that would come out', width * height, Math.min(limits.maxUpscaledPixels, most), hint);
}

type Size = { readonly width: number; readonly height: number };

function refuse(what: string, value: number, limit: number, hint: string): void {
  if (value <= limit) return;
  throw new ImageFailure({
    reason: 'limit-exceeded',
    message: `The job has ${value} ${what}; at most ${limit} are allowed here`,
    hint: `${hint}, or choose another offer.`,
    recovery: 'retry-other',
  });
}
