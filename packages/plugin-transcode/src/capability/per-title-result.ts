import { z } from 'zod';

const count = z.int().min(0);

/** One way to encode a rendition, and what came of it. */
const trialSchema = z.strictObject({
  crf: z.number(),
  /** Bits a second, on average. */
  bitrate: count,
  score: z.number(),
});

/** How a per-title ladder was chosen. */
export const perTitleResultSchema = z.strictObject({
  /** VMAF where this ffmpeg has it. */
  metric: z.enum(['vmaf', 'ssim']),
  target: z.number(),
  /** The seconds of the source that were tried. */
  windows: z.array(z.strictObject({ startSeconds: z.number(), durationSeconds: z.number() })),
  renditions: z.array(
    z.strictObject({
      name: z.string(),
      width: count,
      height: count,
      trials: z.array(trialSchema),
      /** What reaches the target, or comes nearest within the bitrate allowed: between the trials, by their curve. */
      chosen: trialSchema.extend({ reached: z.boolean() }),
      /** Why it was left out; absent when it was made. */
      dropped: z.string().optional(),
    }),
  ),
});

export type PerTitleResult = z.output<typeof perTitleResultSchema>;
