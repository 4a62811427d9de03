import { defineCapability, meter } from '@byoc/core';
import { chatEventSchema } from './chat-event.ts';
import { chatInputSchema } from './chat-input.ts';
import { chatOutputSchema } from './chat-output.ts';

/**
 * A conversation in; the next message out, streamed.
 *
 * @example
 * gateway.run(chat, { messages: [{ role: 'user', content: 'Why is the sky blue?' }], maxOutputTokens: 200 })
 */
export const chat = defineCapability({
  name: 'text/chat',
  version: '1.0.0',
  description: 'Answers a conversation with a language model: streamed text, reasoning, tool calls, JSON.',
  input: chatInputSchema,
  output: chatOutputSchema,
  event: chatEventSchema,
  meters: {
    input_tokens: meter({
      unit: 'token',
      description: 'Tokens of the prompt that were evaluated, by the model’s own tokenizer.',
    }),
    cached_input_tokens: meter({
      unit: 'token',
      description: 'Tokens of the prompt that were still evaluated from an earlier turn of the same caller.',
    }),
    output_tokens: meter({
      unit: 'token',
      description: 'Tokens of the answer, those of reasoning and tool calls included.',
      estimate: 'input.maxOutputTokens',
    }),
  },
});
