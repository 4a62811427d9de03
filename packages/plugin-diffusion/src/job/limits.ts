import { ImageFailure } from '../model/image-failure.ts';

/** What an operator allows a job. A job over a limit fails before any work, with the number and the limit. */
export interface DiffusionLimits {
  /** Width × height of one picture. @default 4194304 (2048 × 2048) */
  readonly maxPixels: number;
  /** @default 16 */
  readonly maxCount: number;
  /** @default 150 */
  readonly maxSteps: number;
  /** Of a picture to start from, and of a mask. @default 64 MiB */
  readonly maxSourceBytes: number;
  /** Of a picture to start from, and of a mask. @default 67108864 (8192 × 8192) */
  readonly maxSourcePixels: number;
}

export const DEFAULT_LIMITS: DiffusionLimits = {
  maxPixels: 2048 * 2048,
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

function refuse(what: string, value: number, limit: number, hint: string): void {
  if (value <= limit) return;
  throw new ImageFailure({
    reason: 'limit-exceeded',
    message: `The job has ${value} ${what}; at most ${limit} are allowed here`,
    hint: `${hint}, or choose another offer.`,
    recovery: 'retry-other',
  });
}
