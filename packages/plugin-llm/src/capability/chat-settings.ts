import { z } from 'zod';
import { text } from './text.ts';

/** A JSON Schema, as an object. What of it an engine can hold a model to is the engine's business: it refuses the rest by name. */
const jsonSchema = z.record(z.string(), z.unknown());

const toolSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, `_` and `-`'),
  description: text({ max: 20_000 }).optional(),
  /** JSON Schema of its arguments. @default no arguments */
  parameters: jsonSchema.optional(),
});

const responseFormatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  /** Some JSON object. */
  z.strictObject({ type: z.literal('json-object') }),
  /** JSON that this schema allows. */
  z.strictObject({ type: z.literal('json-schema'), name: z.string().max(64).optional(), schema: jsonSchema }),
]);

/** How an answer is made. */
export const chatSettings = {
  /** What the model may call. The caller runs it. */
  tools: z.array(toolSchema).min(1).max(128).optional(),
  /** `auto`: the model decides; `required`: at least one call; a name: that tool. @default "auto" */
  toolChoice: z
    .union([z.enum(['auto', 'none', 'required']), z.strictObject({ name: z.string().min(1).max(64) })])
    .default('auto'),
  /** Whether one answer may call several tools. @default true */
  parallelToolCalls: z.boolean().default(true),
  responseFormat: responseFormatSchema.prefault({ type: 'text' }),
  /** 0 always takes the likeliest token. @default the model's own, else the engine's */
  temperature: z.number().min(0).max(5).optional(),
  /** Only the likeliest tokens that together have this probability. @default likewise */
  topP: z.number().min(0).max(1).optional(),
  /** Only the so many likeliest tokens; 0 for all. @default likewise */
  topK: z.int().min(0).max(1_000_000).optional(),
  /** Only tokens at least this likely, as a share of the likeliest. @default likewise */
  minP: z.number().min(0).max(1).optional(),
  /** @default 0 */
  presencePenalty: z.number().min(-2).max(2).optional(),
  /** @default 0 */
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  /** Divides the odds of tokens that were there; 1 for none. @default the engine's */
  repeatPenalty: z.number().min(0.1).max(10).optional(),
  /** The same seed, model and engine give the same answer as far as the engine can. */
  seed: z.int().min(0).max(4_294_967_295).optional(),
  /** Texts that end the answer; they are not part of it. */
  stop: z
    .array(text({ min: 1, max: 256 }))
    .max(16)
    .optional(),
  /** Tokens of the answer at most, reasoning included. The end of the context ends it too. @default 4096 */
  maxOutputTokens: z.int().min(1).max(1_000_000).default(4096),
  /** For each token its logarithmic probability, and those of so many likelier ones. @default none */
  logprobs: z.strictObject({ top: z.int().min(0).max(20).default(0) }).optional(),
  /** For models that think before they answer. */
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).optional(),
      /** Tokens of thought at most. */
      maxTokens: z.int().min(0).max(1_000_000).optional(),
    })
    .optional(),
  /**
   * What happens to a prompt that is longer than the context: it is refused, or the oldest messages that are not from the
   * system are left out. @default "never"
   */
  truncate: z.enum(['never', 'oldest']).default('never'),
};

export type ChatTool = z.output<typeof toolSchema>;
export type ResponseFormat = z.output<typeof responseFormatSchema>;
