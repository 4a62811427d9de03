import { blob } from '@byoc/core';
import { z } from 'zod';

/** Pixels of a side. Latents have one value for each 8 pixels. */
const side = z.int().min(64).max(8192).multipleOf(8);

/** A picture to start from. */
const sourceSchema = z.strictObject({
  image: blob(),
  /** Where to paint anew: by default white is painted, black is kept. Of the image's size. @default everywhere */
  mask: blob().optional(),
  /**
   * How the mask tells: by its light parts, or by its transparent ones, as OpenAI's API has it. By transparency without a mask it is the
   * image's own transparent parts, if it has any. @default brightness
   */
  maskFrom: z.enum(['brightness', 'transparency']).default('brightness'),
  /** How much of the image is painted over: 1 keeps nothing of it. @default 0.8 */
  strength: z.number().min(0.01).max(1).default(0.8),
});

/** Small pictures of what is being made. */
const previewSchema = z.strictObject({
  /** A preview each so many steps. @default 1 */
  everySteps: z.int().min(1).max(1000).default(1),
  /** Pixels of the longer side, at most. @default 128 */
  size: z.int().min(16).max(512).default(128),
});

/** The input of image/generate. */
export const inputSchema = z.strictObject({
  /** `(word)`, `(word:1.3)` and `[word]` weigh words; `\(` is a plain bracket. Long ones are read in chunks. */
  prompt: z.string().max(20_000),
  /** What not to show. @default "" */
  negativePrompt: z.string().max(20_000).default(''),
  /** Its name at the orchestrator. @default the orchestrator's own choice */
  model: z.string().min(1).max(200).optional(),
  /** Pixels. @default what the model was made for, at most 1024 */
  width: side.optional(),
  /** Pixels. @default what the model was made for, at most 1024 */
  height: side.optional(),
  /** Pictures; their seeds count up. @default 1 */
  count: z.int().min(1).max(64).default(1),
  /** @default the model's own, at most 50 */
  steps: z.int().min(1).max(1000).optional(),
  /** How closely to follow the prompt; 0 and 1 take it as it comes, and cost half as much time. @default the model's own */
  guidance: z.number().min(0).max(50).optional(),
  /** The same seed, model, engine and provider give the same bytes. @default drawn; the result tells it */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  /** For example `ddim`, `euler`, `euler-ancestral`, `dpm++-2m-karras`, `unipc`, `lcm`. @default the model's own */
  scheduler: z.string().min(1).max(100).optional(),
  /** Adapters (LoRA) by their names at the orchestrator; they add to one another. @default none */
  loras: z
    .array(z.strictObject({ name: z.string().min(1).max(200), weight: z.number().min(-4).max(4).default(1) }))
    .max(8)
    .default([]),
  /** A picture to start from (image to image), with a mask for painting a part of it (inpainting). @default none */
  source: sourceSchema.optional(),
  format: z.enum(['png', 'jpeg', 'webp']).default('png'),
  /** Of JPEG and WebP. @default 90 */
  quality: z.int().min(1).max(100).default(90),
  /** Whether the parameters are written into the file. @default true */
  metadata: z.boolean().default(true),
  /** Previews in the events. @default none */
  previews: previewSchema.optional(),
});

export type GenerateInput = z.output<typeof inputSchema>;
