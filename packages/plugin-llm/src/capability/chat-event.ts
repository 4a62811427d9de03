import { z } from 'zod';
import { tokenLogprobSchema } from './answer.ts';

/** Which one of its kind, from 0. A text after a tool call is the next text. */
const index = z.int().min(0);

/** A piece of an answer, as it is made. */
export const chatEventSchema = z.discriminatedUnion('type', [
  /** Whole characters; never a part of a stop text. */
  z.strictObject({
    type: z.literal('text'),
    index,
    text: z.string(),
    logprobs: z.array(tokenLogprobSchema).optional(),
  }),
  z.strictObject({ type: z.literal('reasoning'), index, text: z.string() }),
  z.strictObject({
    type: z.literal('tool-call'),
    /** The place in `toolCalls` of the message. */
    index,
    /** In the first event of a call. */
    id: z.string().optional(),
    /** In the first event of a call. */
    name: z.string().optional(),
    /** The next piece of the arguments' JSON text. */
    arguments: z.string(),
  }),
]);

export type ChatEvent = z.output<typeof chatEventSchema>;
