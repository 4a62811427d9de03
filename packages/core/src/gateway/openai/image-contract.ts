import { z } from 'zod';
import type { BlobInput } from '../blobs/blob-input.ts';

/**
 * What this façade says and understands of `image/generate@^1`. The contract itself is the plugin's, and reaches the gateway with each
 * offer; a type test holds the two together.
 */
export const IMAGE = 'image/generate@^1';

/** An input of `image/generate`. */
export interface ImageJobInput {
  prompt: string;
  negativePrompt?: string;
  model?: string;
  width?: number;
  height?: number;
  count?: number;
  steps?: number;
  guidance?: number;
  seed?: number;
  scheduler?: string;
  source?: { image: BlobInput; mask?: BlobInput; maskFrom?: 'brightness' | 'transparency'; strength?: number };
  format?: 'png' | 'jpeg' | 'webp';
  quality?: number;
  previews?: { everySteps?: number; size?: number };
}

export const imageJobEvent = z.object({
  type: z.literal('step'),
  image: z.number(),
  step: z.number(),
  steps: z.number(),
  preview: z.string().optional(),
});

export const imageJobOutput = z.object({
  images: z.array(
    z.object({
      image: z.object({ $part: z.string(), mediaType: z.string().optional() }),
      seed: z.number(),
      width: z.number(),
      height: z.number(),
      sha256: z.string(),
    }),
  ),
  model: z.object({ name: z.string(), digest: z.string() }),
  settings: z.object({
    width: z.number(),
    height: z.number(),
    steps: z.number(),
    stepsRun: z.number(),
    guidance: z.number(),
    scheduler: z.string(),
  }),
  changes: z.array(z.object({ kind: z.enum(['adjusted', 'ignored']), field: z.string(), reason: z.string() })),
});

export type ImageJobEvent = z.output<typeof imageJobEvent>;
export type ImageJobOutput = z.output<typeof imageJobOutput>;
