import { z } from 'zod';
import { serverFailures } from './server-failures.ts';

const count = z.number().int().min(0);

/** What servers say a request took. */
export const claimedUsageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count.optional(),
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
});

const tokenSchema = z.object({ token: z.string(), logprob: z.number(), bytes: z.array(z.number()).nullish() });

/** The part of a chat completion's chunk that is heeded. */
export const chatChunkSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            reasoning_content: z.string().nullish(),
            reasoning: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: z.number().int().min(0).max(127).nullish(),
                  id: z.string().nullish(),
                  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
        logprobs: z
          .object({ content: z.array(tokenSchema.extend({ top_logprobs: z.array(tokenSchema).nullish() })).nullish() })
          .nullish(),
        finish_reason: z.string().nullish(),
        /** vLLM: the stop text, or the number of the stop token. */
        stop_reason: z.union([z.string(), z.number()]).nullish(),
      }),
    )
    .default([]),
  usage: claimedUsageSchema.nullish().catch(undefined),
});

export type ChatChunk = z.output<typeof chatChunkSchema>;
export type ClaimedUsage = z.output<typeof claimedUsageSchema>;

/** Reads the data of an event; undefined for the end. @throws LlmFailure server-garbled, server-failed */
export function parseChatChunk(data: string): ChatChunk | undefined {
  if (data.trim() === '[DONE]') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw serverFailures.garbled(`an event that is no JSON, ${JSON.stringify(data.slice(0, 80))}`);
  }
  const error = (value as { error?: unknown } | null)?.error;
  if (error !== undefined && error !== null) {
    const { message, code } = error as { message?: unknown; code?: unknown };
    throw serverFailures.broken(
      typeof code === 'number' ? code : 500,
      typeof message === 'string' ? message : JSON.stringify(error),
    );
  }
  const parsed = chatChunkSchema.safeParse(value);
  if (!parsed.success)
    throw serverFailures.garbled(`an event that is no chunk of a chat, ${JSON.stringify(data.slice(0, 80))}`);
  return parsed.data;
}
