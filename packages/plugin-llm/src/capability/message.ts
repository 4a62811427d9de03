import { blob } from '@byoc/core';
import { z } from 'zod';
import { text } from './text.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: text() });
/** A picture: PNG, JPEG, WebP or GIF bytes. Only models that see take it. */
const imagePart = z.strictObject({ type: z.literal('image'), image: blob() });

const words = z.union([text(), z.array(textPart).max(256)]);

/** A call of a tool by the model. */
export const toolCallSchema = z.strictObject({
  /** What the tool's answer names. */
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(64),
  /** JSON text, as the model wrote it. */
  arguments: text(),
});

/** One message of a conversation. */
export const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: words }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([text(), z.array(z.union([textPart, imagePart])).max(256)]),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    /** @default none, when it only called tools */
    content: words.optional(),
    /** What it thought, for models that want to see it again. */
    reasoning: text().optional(),
    toolCalls: z.array(toolCallSchema).max(128).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), toolCallId: z.string().min(1).max(200), content: words }),
]);

export type ChatMessage = z.output<typeof messageSchema>;
export type ToolCall = z.output<typeof toolCallSchema>;
