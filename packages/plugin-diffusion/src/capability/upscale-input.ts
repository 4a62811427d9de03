import { blob } from '@byoc/core';
import { z } from 'zod';

const side = z.int().min(1).max(65_536);

/** The input of image/upscale. */
export const upscaleInputSchema = z.strictObject({
  image: blob(),
  /** How many times wider and higher. What the model can't do is resampled from what it can. @default the model's own, at most 4 */
  scale: z.number().min(1).max(16).optional(),
  /** Its name at the orchestrator. @default the orchestrator's own choice */
  model: z.string().min(1).max(200).optional(),
  /** Of the image, pixels, upright: makes the quote tight. An image of another size is refused. @default unknown */
  imageSize: z.strictObject({ width: side, height: side }).optional(),
  format: z.enum(['png', 'jpeg', 'webp']).default('png'),
  /** Of JPEG and WebP. @default 90 */
  quality: z.int().min(1).max(100).default(90),
  /** Whether what it was made by is written into the file. @default true */
  metadata: z.boolean().default(true),
});

export type UpscaleInput = z.output<typeof upscaleInputSchema>;
