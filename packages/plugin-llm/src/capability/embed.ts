import { defineCapability, meter } from '@byoc/core';
import { z } from 'zod';
import { answeringModelSchema, ignoredSettingSchema } from './answer.ts';
import { text } from './text.ts';

const inputSchema = z.strictObject({
  /** A model of the worker, by name. @default its first that embeds */
  model: z.string().min(1).max(200).optional(),
  /** One text, or many; their vectors come in the same order. */
  input: z.union([
    text({ min: 1 }),
    z
      .array(text({ min: 1 }))
      .min(1)
      .max(2048),
  ]),
  /** Only the first so many numbers of each vector: for models that were trained for it. @default all */
  dimensions: z.int().min(1).max(65_536).optional(),
  /** Length 1, so that a dot product is the cosine. @default true */
  normalized: z.boolean().default(true),
  /** `base64`: of 32-bit floats, little-endian. @default "float" */
  encoding: z.enum(['float', 'base64']).default('float'),
  /** What happens to a text that is longer than the context: it is refused, or its end is left out. @default "never" */
  truncate: z.enum(['never', 'end']).default('never'),
});

const outputSchema = z.strictObject({
  /** One for each text, in order; in the encoding that was asked for. */
  embeddings: z.array(z.union([z.array(z.number()), z.string()])),
  dimensions: z.int().min(1),
  usage: z.strictObject({ inputTokens: z.int().min(0) }),
  model: answeringModelSchema,
  /** Every setting that was asked for and had no effect. */
  ignored: z.array(ignoredSettingSchema),
});

/**
 * Texts in; a vector for each out.
 *
 * @example
 * gateway.run(embed, { input: ['a cat', 'a dog'] })
 */
export const embed = defineCapability({
  name: 'text/embed',
  version: '1.0.0',
  description: 'Turns texts into vectors with a language model.',
  input: inputSchema,
  output: outputSchema,
  meters: {
    input_tokens: meter({ unit: 'token', description: 'Tokens of the texts, by the model’s own tokenizer.' }),
  },
});

export type EmbedInput = z.output<typeof inputSchema>;
export type EmbedOutput = z.output<typeof outputSchema>;
