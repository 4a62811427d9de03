import { z } from 'zod';

const count = z.int().min(0);

/** What an answer took. The prompt is `inputTokens` and `cachedInputTokens` together. */
export const tokenUsageSchema = z.strictObject({
  /** Tokens of the prompt that were evaluated: the meter `input_tokens`. */
  inputTokens: count,
  /** Tokens of the prompt that a turn before had left evaluated: the meter `cached_input_tokens`. */
  cachedInputTokens: count,
  /** Tokens of the answer, those of reasoning and of tool calls included: the meter `output_tokens`. */
  outputTokens: count,
  /** How many of `outputTokens` were reasoning. */
  reasoningTokens: count,
});

/** What answered. */
export const answeringModelSchema = z.strictObject({
  /** The name that `model` of an input takes. */
  name: z.string(),
  /** `sha256:<hex>` of the weights; absent when the engine can't know. */
  digest: z.string().optional(),
  /** For example `llama.cpp b9010`. */
  engine: z.string(),
  /** Tokens that prompt and answer have together. */
  contextTokens: count.optional(),
});

/** A setting that had no effect. */
export const ignoredSettingSchema = z.strictObject({
  /** The field of the input, for example `minP`. */
  setting: z.string(),
  /** Why, one sentence. */
  reason: z.string(),
});

const tokenChoice = z.strictObject({
  /** Empty for a token without a text. */
  token: z.string(),
  /** Natural logarithm of its probability. */
  logprob: z.number(),
  /** UTF-8; empty for a part of a character. */
  bytes: z.array(z.int().min(0).max(255)),
});

/** A token of the answer and what else it might have been. */
export const tokenLogprobSchema = tokenChoice.extend({ top: z.array(tokenChoice) });

export type TokenUsage = z.output<typeof tokenUsageSchema>;
export type AnsweringModel = z.output<typeof answeringModelSchema>;
export type IgnoredSetting = z.output<typeof ignoredSettingSchema>;
export type TokenLogprob = z.output<typeof tokenLogprobSchema>;
