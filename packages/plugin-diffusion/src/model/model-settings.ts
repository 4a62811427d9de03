import { z } from 'zod';

const side = z.int().min(64).max(1024).multipleOf(8);

const latentGuessSchema = z
  .strictObject({
    /** Pixels of the side that each latent becomes. */
    scale: z.int().min(1).max(16),
    /** What each pixel's red, green and blue begin with, row by row; black is -1 and white 1. */
    bias: z.array(z.number()),
    /** What one of each latent channel adds to these. */
    factors: z.array(z.array(z.number())).min(1),
  })
  .refine(({ scale, bias, factors }) => [bias, ...factors].every(({ length }) => length === 3 * scale ** 2), {
    error: '`bias` and each of `factors` are to have 3 × scale × scale numbers',
  });

/** About what latents look like, as a linear function of their channels: no network is asked. */
export type LatentGuess = z.output<typeof latentGuessSchema>;

/** byoc-model.json, beside model_index.json: what diffusers' own files do not say. All of it is optional. */
export const modelSettingsSchema = z.strictObject({
  /** What a job takes that says nothing. */
  defaults: z
    .strictObject({
      width: side.optional(),
      height: side.optional(),
      steps: z.int().min(1).max(50).optional(),
      guidance: z.number().min(0).max(50).optional(),
      scheduler: z.string().optional(),
    })
    .prefault({}),
  /** Sizes other than the native one are made by scaling its pictures. @default false */
  nativeSizeOnly: z.boolean().default(false),
  /**
   * What becomes of a picture that the model's `safety_checker` flags: its job fails, or it is black. `off` does not ask it.
   *
   * @default "refuse" where there is one
   */
  safetyChecker: z.enum(['refuse', 'blank', 'off']).optional(),
  /** sha256 of files, in hexadecimal; one that differs keeps the model from being loaded. */
  sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).default({}),
  /** Shows latents in previews. One for another number of channels is left alone. @default a known one of the family, else the decoder */
  preview: latentGuessSchema.optional(),
  /** A job whose picture is known. */
  fitness: z
    .strictObject({
      prompt: z.string(),
      seed: z.int().min(0),
      steps: z.int().min(1).max(50),
      /** How it looks, as the result says. */
      perceptualHash: z.string().regex(/^[0-9a-f]{16}$/),
    })
    .optional(),
});

export type ModelSettings = z.output<typeof modelSettingsSchema>;
