import { z } from 'zod';
import { ByocError } from '../../errors/byoc-error.ts';
import { BlobInput } from '../blobs/blob-input.ts';
import type { ChatJobMessage } from './text-contracts.ts';

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() });
const imagePart = z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) });
const words = z.union([z.string(), z.array(textPart)]);

/** A message as OpenAI's API has it. What else it holds is told to the caller as ignored. */
export const requestMessage = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content: words }),
  z.looseObject({ role: z.literal('developer'), content: words }),
  z.looseObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart]))]),
  }),
  z.looseObject({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart]))]).nullish(),
    refusal: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    tool_calls: z
      .array(
        z.object({
          id: z.string(),
          type: z.literal('function').default('function'),
          function: z.object({ name: z.string(), arguments: z.string() }),
        }),
      )
      .nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string(), content: words }),
]);

type RequestMessage = z.output<typeof requestMessage>;
type RequestPart = { type: 'text'; text: string } | { type: 'refusal'; refusal: string };

/** Says a message in the words of `text/chat`. @throws ByocError OPENAI_REQUEST_INVALID */
export function toChatMessage(message: RequestMessage, index: number): ChatJobMessage {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: message.content };
    case 'tool':
      return { role: 'tool', toolCallId: message.tool_call_id, content: message.content };
    case 'user': {
      if (typeof message.content === 'string') return { role: 'user', content: message.content };
      const parts = message.content.map((part, at) =>
        part.type === 'text'
          ? { type: 'text' as const, text: part.text }
          : {
              type: 'image' as const,
              image: toBlob(part.image_url.url, `messages[${index}].content[${at}].image_url.url`),
            },
      );
      return { role: 'user', content: parts };
    }
    case 'assistant': {
      const content = typeof message.content === 'string' ? message.content : message.content?.map(toText);
      const calls = message.tool_calls ?? [];
      const toolCalls = calls.map(({ id, function: called }) => ({ id, ...called }));
      return {
        role: 'assistant',
        ...(content === undefined || content.length === 0
          ? message.refusal
            ? { content: message.refusal }
            : {}
          : { content }),
        ...(message.reasoning_content ? { reasoning: message.reasoning_content } : {}),
        ...(toolCalls.length === 0 ? {} : { toolCalls }),
      };
    }
  }
}

/** What of a message has no place in `text/chat`, by name. */
export function ignoredOf(message: RequestMessage): string[] {
  const known = ['role', 'content', 'refusal', 'reasoning_content', 'tool_calls', 'tool_call_id'];
  return Object.entries(message).flatMap(([name, value]) => (known.includes(name) || value == null ? [] : [name]));
}

function toText(part: RequestPart): { type: 'text'; text: string } {
  return { type: 'text', text: part.type === 'text' ? part.text : part.refusal };
}

/** The bytes of a `data:` URL, or an address that the orchestrator fetches. */
function toBlob(url: string, param: string): BlobInput {
  if (!url.startsWith('data:')) {
    if (!/^https?:/.test(url) || !URL.canParse(url))
      throw new ByocError('OPENAI_REQUEST_INVALID', { param, reason: 'must be an http, https or data URL' });
    return new BlobInput({ type: 'uri', uri: url }, undefined);
  }
  const match = /^data:([a-z0-9.+/-]+);base64,([A-Za-z0-9+/]+={0,2})$/i.exec(url);
  if (match === null)
    throw new ByocError('OPENAI_REQUEST_INVALID', { param, reason: 'is no `data:<type>;base64,<bytes>` URL' });
  return new BlobInput({ type: 'bytes', data: Buffer.from(match[2] as string, 'base64') }, match[1]);
}
