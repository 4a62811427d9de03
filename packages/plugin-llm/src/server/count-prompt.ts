import type { UpstreamClient } from '@byoc/core/upstream';
import { z } from 'zod';
import type { ChatInput } from '../capability/chat-input.ts';
import type { ChatMessage } from '../capability/message.ts';
import type { Dialect } from './dialect.ts';

/** Tokens of a prompt. */
export interface PromptCount {
  readonly tokens: number;
  /** By the server's own tokenizer and template; else a bound from above. */
  readonly exact: boolean;
  /** What is charged where the server tells nothing that can be true. */
  readonly likely: number;
}

/** What a chat template adds to a message, and to a conversation, at most. */
const MESSAGE_TOKENS = 64;
const TEMPLATE_TOKENS = 512;
const PICTURE_TOKENS = 16_384;

const vllmCount = z.object({ count: z.number().int().min(0) });
const llamaPrompt = z.object({ prompt: z.string() });
const llamaTokens = z.object({ tokens: z.array(z.unknown()) });

/** Counts the prompt of a chat: by the server where it counts, else from above by its bytes. */
export async function countPrompt(
  client: UpstreamClient,
  job: {
    model: string;
    dialect: Dialect;
    input: ChatInput;
    messages: readonly ChatMessage[];
    request: readonly unknown[];
  },
  signal: AbortSignal,
): Promise<PromptCount> {
  const { model, dialect, input, request } = job;
  const options = { signal, root: true };
  try {
    if (dialect === 'vllm') {
      const tools = input.tools?.map((tool) => ({ type: 'function', function: tool }));
      const asked = {
        model,
        messages: request,
        add_generation_prompt: true,
        ...(tools === undefined ? {} : { tools }),
      };
      const { count } = vllmCount.parse(await client.json('POST', '/tokenize', asked, options));
      return { tokens: count, exact: true, likely: count };
    }
    if (dialect === 'llama-server' && !hasPictures(job.messages)) {
      const { prompt } = llamaPrompt.parse(
        await client.json('POST', '/apply-template', { messages: request }, options),
      );
      const asked = { content: prompt, add_special: true, parse_special: true };
      const { tokens } = llamaTokens.parse(await client.json('POST', '/tokenize', asked, options));
      if (input.tools === undefined) return { tokens: tokens.length, exact: true, likely: tokens.length };
    }
  } catch {
    // It does not count: the bound will do.
    signal.throwIfAborted();
  }
  return boundPrompt(job.messages, input);
}

/** A token has at least one byte; it has about four. */
export function boundPrompt(
  messages: readonly ChatMessage[],
  input: Pick<ChatInput, 'tools' | 'responseFormat'>,
): PromptCount {
  const { tools, responseFormat } = input;
  let bytes = tools === undefined ? 0 : Buffer.byteLength(JSON.stringify(tools));
  if (responseFormat.type === 'json-schema') bytes += Buffer.byteLength(JSON.stringify(responseFormat.schema));
  let pictures = 0;
  for (const message of messages) {
    if (message.role === 'assistant')
      bytes += Buffer.byteLength(JSON.stringify(message.toolCalls ?? '')) + Buffer.byteLength(message.reasoning ?? '');
    if (typeof message.content === 'string') bytes += Buffer.byteLength(message.content);
    else
      for (const part of message.content ?? [])
        if (part.type === 'text') bytes += Buffer.byteLength(part.text);
        else pictures += 1;
  }
  return {
    tokens: bytes + TEMPLATE_TOKENS + messages.length * MESSAGE_TOKENS + pictures * PICTURE_TOKENS,
    exact: false,
    likely: Math.ceil(bytes / 4) + messages.length * 4 + pictures * 256,
  };
}

function hasPictures(messages: readonly ChatMessage[]): boolean {
  return messages.some(
    ({ role, content }) =>
      role === 'user' &&
      typeof content !== 'string' &&
      (content as readonly { type: string }[]).some(({ type }) => type === 'image'),
  );
}
