import { outputFile } from '@byoc/core';
import { z } from 'zod';

/** Something that was not done as asked. */
export const changeSchema = z.strictObject({
  kind: z.enum(['adjusted', 'ignored']),
  /** The input's field, for example `guidance`. */
  field: z.string(),
  /** One sentence. */
  reason: z.string(),
});

const imageSchema = z.strictObject({
  image: outputFile(),
  seed: z.int(),
  width: z.int(),
  height: z.int(),
  sizeBytes: z.int(),
  /** Of the file, in hexadecimal. */
  sha256: z.string(),
  /** 64 bits in hexadecimal that say how it looks: few of them differ between pictures that look alike. */
  perceptualHash: z.string(),
  /** What was put into the file to say where it comes from, by name. Absent: nothing. */
  marks: z.array(z.string()).optional(),
});

/** What made the pictures. */
export const engineSchema = z.strictObject({ name: z.string(), version: z.string(), provider: z.string() });

/** The output of image/generate. */
export const outputSchema = z.strictObject({
  images: z.array(imageSchema),
  model: z.strictObject({
    name: z.string(),
    /** sha256 of the list of its files with their sha256, and of the adapters in it. */
    digest: z.string(),
    family: z.string(),
    /** Adapters in its weights; left out where there are none. */
    loras: z
      .array(
        z.strictObject({
          name: z.string(),
          weight: z.number(),
          /** Of its file, in hexadecimal. */ sha256: z.string(),
        }),
      )
      .optional(),
  }),
  /** What was really used. */
  settings: z.strictObject({
    width: z.int(),
    height: z.int(),
    steps: z.int(),
    /** Steps that were run: fewer than `steps` where a picture was started from. */
    stepsRun: z.int(),
    guidance: z.number(),
    scheduler: z.string(),
  }),
  engine: engineSchema,
  changes: z.array(changeSchema),
});

export type GenerateOutput = z.output<typeof outputSchema>;
export type GenerateChange = z.output<typeof changeSchema>;
export type GeneratedImage = z.output<typeof imageSchema>;
