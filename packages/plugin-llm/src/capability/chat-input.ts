import { z } from 'zod';
import { chatSettings } from './chat-settings.ts';
import { checkMessageOrder } from './check-message-order.ts';
import { type ChatMessage, messageSchema } from './message.ts';
import { text } from './text.ts';

/** The input of text/chat: `messages`, or `prompt` for a single message of the user. */
export const chatInputSchema = z
  .strictObject({
    /** A model of the worker, by name. @default its first */
    model: z.string().min(1).max(200).optional(),
    prompt: text({ min: 1 }).optional(),
    messages: z.array(messageSchema).min(1).max(4096).optional(),
    ...chatSettings,
  })
  .superRefine((input, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message, input });
    if ((input.prompt === undefined) === (input.messages === undefined))
      refuse(
        [input.prompt === undefined ? 'messages' : 'prompt'],
        'must be given alone: either `messages` or `prompt`',
      );
    const misplaced = checkMessageOrder(input.messages ?? []);
    if (misplaced !== undefined) refuse(['messages', misplaced.index], misplaced.message);
    const names = (input.tools ?? []).map(({ name }) => name);
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index) refuse(['tools', index, 'name'], `is there twice: ${JSON.stringify(name)}`);
    if (typeof input.toolChoice === 'object' && !names.includes(input.toolChoice.name))
      refuse(['toolChoice', 'name'], 'is no tool of this input');
    if (input.toolChoice === 'required' && names.length === 0)
      refuse(['toolChoice'], 'requires a tool, and there is none');
  });

export type ChatInput = z.output<typeof chatInputSchema>;

/** The conversation of an input, whichever way it was written. */
export function messagesOf({ prompt, messages }: Pick<ChatInput, 'prompt' | 'messages'>): readonly ChatMessage[] {
  return messages ?? [{ role: 'user', content: prompt ?? '' }];
}
