import { outputFile } from '@byoc/core';
import { z } from 'zod';
import { changeSchema, engineSchema } from './output.ts';

/** The output of image/upscale. */
export const upscaleOutputSchema = z.strictObject({
  image: outputFile(),
  width: z.int(),
  height: z.int(),
  sizeBytes: z.int(),
  /** Of the file, in hexadecimal. */
  sha256: z.string(),
  /** 64 bits in hexadecimal that say how it looks: few of them differ between pictures that look alike. */
  perceptualHash: z.string(),
  /** What was put into the file to say where it comes from, by name. Absent: nothing. */
  marks: z.array(z.string()).optional(),
  model: z.strictObject({
    name: z.string(),
    /** sha256 of the list of its files with their sha256. */
    digest: z.string(),
  }),
  /** What was really used. */
  settings: z.strictObject({
    scale: z.number(),
    /** What the model itself does. */
    modelScale: z.int(),
    /** Runs of the model. */
    tiles: z.int(),
  }),
  engine: engineSchema,
  changes: z.array(changeSchema),
});

export type UpscaleOutput = z.output<typeof upscaleOutputSchema>;
