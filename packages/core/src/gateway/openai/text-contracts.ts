import { z } from 'zod';
import type { BlobInput } from '../blobs/blob-input.ts';

/**
 * What this façade says and understands of `text/chat@^1` and `text/embed@^1`. The contracts themselves are the plugin's, and reach
 * the gateway with each offer; a type test of the plugin holds the two together.
 */
export const CHAT = 'text/chat@^1';
export const EMBED = 'text/embed@^1';

type TextPart = { type: 'text'; text: string };
type ImagePart = { type: 'image'; image: BlobInput };

export interface ChatToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A message of `text/chat`. */
export type ChatJobMessage =
  | { role: 'system'; content: string | TextPart[] }
  | { role: 'user'; content: string | (TextPart | ImagePart)[] }
  | { role: 'assistant'; content?: string | TextPart[]; reasoning?: string; toolCalls?: ChatToolCall[] }
  | { role: 'tool'; toolCallId: string; content: string | TextPart[] };

/** An input of `text/chat`. */
export interface ChatJobInput {
  model?: string;
  messages: ChatJobMessage[];
  tools?: { name: string; description?: string; parameters?: Record<string, unknown> }[];
  toolChoice?: 'auto' | 'none' | 'required' | { name: string };
  parallelToolCalls?: boolean;
  responseFormat?:
    | { type: 'text' }
    | { type: 'json-object' }
    | { type: 'json-schema'; name?: string; schema: Record<string, unknown> };
  temperature?: number;
  topP?: number;
  topK?: number;
  minP?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  repeatPenalty?: number;
  seed?: number;
  stop?: string[];
  maxOutputTokens?: number;
  logprobs?: { top?: number };
  reasoning?: { effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' };
}

/** An input of `text/embed`. */
export interface EmbedJobInput {
  model?: string;
  input: string | string[];
  dimensions?: number;
  encoding?: 'float' | 'base64';
}

const tokenChoice = z.object({ token: z.string(), logprob: z.number(), bytes: z.array(z.number()) });
const tokenLogprobs = z.array(tokenChoice.extend({ top: z.array(tokenChoice) }));
const model = z.object({ name: z.string(), digest: z.string().optional() });
const ignored = z.array(z.object({ setting: z.string(), reason: z.string() }));

export const chatJobEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), logprobs: tokenLogprobs.optional() }),
  z.object({ type: z.literal('reasoning'), text: z.string() }),
  z.object({
    type: z.literal('tool-call'),
    index: z.number(),
    id: z.string().optional(),
    name: z.string().optional(),
    arguments: z.string(),
  }),
]);

export const chatJobOutput = z.object({
  message: z.object({
    content: z.string(),
    reasoning: z.string().optional(),
    toolCalls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })).optional(),
  }),
  finishReason: z.enum(['stop', 'length', 'tool-calls', 'content-filter']),
  usage: z.object({
    inputTokens: z.number(),
    cachedInputTokens: z.number(),
    outputTokens: z.number(),
    reasoningTokens: z.number(),
  }),
  model,
  ignored,
  logprobs: tokenLogprobs.optional(),
});

export const embedJobOutput = z.object({
  embeddings: z.array(z.union([z.array(z.number()), z.string()])),
  usage: z.object({ inputTokens: z.number() }),
  model,
  ignored,
});

export type ChatJobEvent = z.output<typeof chatJobEvent>;
export type ChatJobOutput = z.output<typeof chatJobOutput>;
export type EmbedJobOutput = z.output<typeof embedJobOutput>;
export type IgnoredSetting = z.output<typeof ignored>[number];
export type TokenLogprobs = z.output<typeof tokenLogprobs>;
