import { randomUUID } from 'node:crypto';
import type { IgnoredSetting } from '../capability/answer.ts';
import type { ChatInput } from '../capability/chat-input.ts';
import type { ChatMessage } from '../capability/message.ts';
import type { Dialect } from './dialect.ts';

/** A picture in a message, as a `data:` URL. */
export type PictureUrls = ReadonlyMap<object, string>;

/** A body for `/v1/chat/completions`, and what of the input it can't say. */
export interface ChatRequest {
  readonly body: Readonly<Record<string, unknown>>;
  readonly ignored: readonly IgnoredSetting[];
}

/** Says a chat job in the words of OpenAI's API, and of the servers that know more. */
export function toChatRequest(
  input: ChatInput,
  options: {
    model: string;
    messages: readonly ChatMessage[];
    pictures: PictureUrls;
    dialect: Dialect;
    outputTokensMax: number;
    caller: string | undefined;
  },
): ChatRequest {
  const { dialect, pictures } = options;
  const ignored: IgnoredSetting[] = [];
  const only = <T>(setting: string, value: T | undefined, dialects: readonly Dialect[]): T | undefined => {
    if (value === undefined || dialects.includes(dialect)) return value;
    ignored.push({ setting, reason: 'OpenAI’s API has no such setting, and this server is not known to have it' });
    return undefined;
  };
  const local: readonly Dialect[] = ['vllm', 'llama-server', 'byoc'];
  const repeat = only('repeatPenalty', input.repeatPenalty, local);
  const never = (setting: string, value: unknown, reason: string) => {
    if (value !== undefined) ignored.push({ setting, reason });
  };
  never('reasoning.maxTokens', input.reasoning?.maxTokens, 'OpenAI’s API has no such setting');
  never('truncate', input.truncate === 'never' ? undefined : input.truncate, 'the server fits its context by itself');
  const { toolChoice, responseFormat, logprobs } = input;
  const body = {
    model: options.model,
    messages: options.messages.map((message) => toMessage(message, pictures)),
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: options.outputTokensMax,
    ...(input.tools === undefined
      ? {}
      : {
          tools: input.tools.map((tool) => ({ type: 'function', function: tool })),
          tool_choice: typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: toolChoice },
          parallel_tool_calls: input.parallelToolCalls,
        }),
    response_format:
      responseFormat.type === 'json-object'
        ? { type: 'json_object' }
        : responseFormat.type === 'json-schema'
          ? {
              type: 'json_schema',
              json_schema: { name: responseFormat.name ?? 'answer', schema: responseFormat.schema, strict: true },
            }
          : undefined,
    temperature: input.temperature,
    top_p: input.topP,
    top_k: only('topK', input.topK, local),
    min_p: only('minP', input.minP, local),
    presence_penalty: input.presencePenalty,
    frequency_penalty: input.frequencyPenalty,
    ...(dialect === 'vllm' ? { repetition_penalty: repeat } : { repeat_penalty: repeat }),
    seed: input.seed,
    stop: input.stop,
    ...(logprobs === undefined ? {} : { logprobs: true, top_logprobs: logprobs.top }),
    reasoning_effort: input.reasoning?.effort,
    ...isolation(dialect, options.caller),
  };
  return { body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)), ignored };
}

/** What was read for one caller must not serve another, not even by the time that it takes. */
function isolation(dialect: Dialect, caller: string | undefined): Record<string, unknown> {
  if (dialect === 'vllm') return { cache_salt: caller ?? randomUUID() };
  return dialect === 'llama-server' && caller === undefined ? { cache_prompt: false } : {};
}

function toMessage(message: ChatMessage, pictures: PictureUrls): object {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
    case 'assistant': {
      const { content, reasoning, toolCalls } = message;
      return {
        role: 'assistant',
        content: content ?? null,
        ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
        ...(toolCalls === undefined
          ? {}
          : {
              tool_calls: toolCalls.map(({ id, name, arguments: text }) => ({
                ...{ id, type: 'function' },
                function: { name, arguments: text },
              })),
            }),
      };
    }
    case 'user': {
      if (typeof message.content === 'string') return { role: 'user', content: message.content };
      const content = message.content.map((part) =>
        part.type === 'text' ? part : { type: 'image_url', image_url: { url: pictures.get(part.image) ?? '' } },
      );
      return { role: 'user', content };
    }
  }
}
