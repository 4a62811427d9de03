import { z } from 'zod';
import { answeringModelSchema, ignoredSettingSchema, tokenLogprobSchema, tokenUsageSchema } from './answer.ts';
import { toolCallSchema } from './message.ts';

/**
 * Why an answer ended: the model was done or wrote a stop text, `maxOutputTokens` or the context was used up, it waits for
 * tools, or the engine's own filter ended it.
 */
export const finishReasonSchema = z.enum(['stop', 'length', 'tool-calls', 'content-filter']);

/** The output of text/chat. */
export const chatOutputSchema = z.strictObject({
  /** The whole answer; can be sent back as a message of the next turn. */
  message: z.strictObject({
    role: z.literal('assistant'),
    content: z.string(),
    reasoning: z.string().optional(),
    toolCalls: z.array(toolCallSchema).optional(),
  }),
  finishReason: finishReasonSchema,
  /** The stop text that ended it. */
  stopText: z.string().optional(),
  usage: tokenUsageSchema,
  model: answeringModelSchema,
  /** Every setting that was asked for and had no effect. */
  ignored: z.array(ignoredSettingSchema),
  /** When asked for. */
  logprobs: z.array(tokenLogprobSchema).optional(),
  /** How many of the oldest messages were left out to fit, when `truncate` allowed it. */
  messagesLeftOut: z.int().min(1).optional(),
});

export type ChatOutput = z.output<typeof chatOutputSchema>;
export type FinishReason = z.output<typeof finishReasonSchema>;
