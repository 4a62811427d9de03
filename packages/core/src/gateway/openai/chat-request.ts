import { z } from 'zod';
import { parseRequest } from './parse-request.ts';
import { present } from './present.ts';
import { ignoredOf, requestMessage, toChatMessage } from './request-messages.ts';
import { CHAT, type ChatJobInput, type IgnoredSetting } from './text-contracts.ts';
import { wantedModel } from './wanted-model.ts';

const jsonSchema = z.record(z.string(), z.unknown());
const absent = (reason: string) =>
  z
    .unknown()
    .refine((value) => value === undefined || value === null, reason)
    .optional();

const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
]);

const schema = z.looseObject({
  model: z.string().min(1),
  messages: z.array(requestMessage).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z
    .number()
    .nullish()
    .refine((n) => (n ?? 1) === 1, 'must be 1: send one request for each answer'),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        function: z.object({
          name: z.string(),
          description: z.string().nullish(),
          parameters: jsonSchema.nullish(),
          strict: z.boolean().nullish(),
        }),
      }),
    )
    .nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('text') }),
      z.object({ type: z.literal('json_object') }),
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({ name: z.string().nullish(), schema: jsonSchema }),
      }),
    ])
    .nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().nullish(),
  min_p: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  /** llama.cpp's name. */
  repeat_penalty: z.number().nullish(),
  /** vLLM's name. */
  repetition_penalty: z.number().nullish(),
  seed: z.number().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  max_tokens: z.number().nullish(),
  max_completion_tokens: z.number().nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).nullish(),
  // To leave these out would answer another question than the one that was asked.
  functions: absent('is no longer in use: send `tools`'),
  function_call: absent('is no longer in use: send `tool_choice`'),
  audio: absent('is not offered: answers are text'),
  web_search_options: absent('is not offered: send a tool that searches'),
  modalities: z
    .array(z.string())
    .nullish()
    .refine((kinds) => kinds?.every((kind) => kind === 'text') ?? true, 'must be ["text"]: answers are text'),
});

const known = new Set(Object.keys(schema.shape));

/** A request for a chat completion, in the words of `text/chat`. */
export interface ChatRequest {
  readonly input: ChatJobInput;
  /** As the caller named it. */
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** What the request asked for and `text/chat` has no word for. */
  readonly ignored: readonly IgnoredSetting[];
}

/** Reads a request for `/v1/chat/completions`. Values are checked by the contract of the offer. @throws ByocError OPENAI_REQUEST_INVALID */
export function readChatRequest(body: Record<string, unknown>): ChatRequest {
  const request = parseRequest(schema, body);
  const { tool_choice: choice, response_format: format } = request;
  const tools = request.tools?.map(({ function: tool }) =>
    present({ name: tool.name, description: tool.description, parameters: tool.parameters }),
  );
  const input = present({
    model: wantedModel(request.model, CHAT),
    messages: request.messages.map(toChatMessage),
    tools: tools?.length === 0 ? undefined : tools,
    toolChoice: choice === null || choice === undefined || typeof choice === 'string' ? choice : choice.function,
    parallelToolCalls: request.parallel_tool_calls,
    responseFormat: toResponseFormat(format),
    temperature: request.temperature,
    topP: request.top_p,
    topK: request.top_k,
    minP: request.min_p,
    presencePenalty: request.presence_penalty,
    frequencyPenalty: request.frequency_penalty,
    repeatPenalty: request.repeat_penalty ?? request.repetition_penalty,
    seed: request.seed,
    stop: typeof request.stop === 'string' ? [request.stop] : request.stop,
    maxOutputTokens: request.max_completion_tokens ?? request.max_tokens,
    logprobs: request.logprobs ? present({ top: request.top_logprobs }) : undefined,
    reasoning: request.reasoning_effort ? { effort: request.reasoning_effort } : undefined,
  });
  return {
    input,
    model: request.model,
    stream: request.stream === true,
    includeUsage: request.stream_options?.include_usage === true,
    ignored: listIgnored(request),
  };
}

function toResponseFormat(format: z.output<typeof schema>['response_format']) {
  if (format?.type === 'json_object') return { type: 'json-object' as const };
  if (format?.type !== 'json_schema') return format;
  const { name, schema } = format.json_schema;
  return present({ type: 'json-schema' as const, name, schema });
}

function listIgnored(request: z.output<typeof schema>): IgnoredSetting[] {
  const settings = Object.entries(request).flatMap(([name, value]) => (known.has(name) || value == null ? [] : [name]));
  const ofMessages = request.messages.flatMap((message) => ignoredOf(message).map((name) => `messages[].${name}`));
  const strict = request.tools?.some((tool) => tool.function.strict) ? ['tools[].function.strict'] : [];
  return [...new Set([...settings, ...ofMessages, ...strict])].map((setting) => ({
    setting,
    reason: 'text/chat has no such setting',
  }));
}
