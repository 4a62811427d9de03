import type { JobResult } from '../job/job.ts';
import type { ChatJobEvent, ChatJobOutput, IgnoredSetting, TokenLogprobs } from './text-contracts.ts';

/** Facts of a completion that do not change while it is made. */
export interface CompletionHead {
  readonly id: string;
  /** Seconds since the Unix epoch. */
  readonly created: number;
  readonly model: string;
}

/** What BYOC knows more than OpenAI's API tells. Clients pass over it. */
export interface ByocFacts {
  readonly job: string;
  readonly orchestrator: string;
  readonly plugin: string;
  /** Decimal wei. */
  readonly chargedWei: string;
  /** Settings that had no effect. */
  readonly ignored: readonly IgnoredSetting[];
}

/** A whole completion. */
export function toCompletion(
  head: CompletionHead,
  output: ChatJobOutput,
  result: JobResult,
  ignored: readonly IgnoredSetting[],
) {
  const { content, reasoning, toolCalls } = output.message;
  const message = {
    role: 'assistant',
    content: content === '' && toolCalls !== undefined ? null : content,
    refusal: null,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    ...(toolCalls === undefined ? {} : { tool_calls: toolCalls.map(toToolCall) }),
  };
  const logprobs = output.logprobs === undefined ? null : toLogprobs(output.logprobs);
  return {
    ...{ id: head.id, object: 'chat.completion', created: head.created, model: output.model.name },
    choices: [{ index: 0, message, logprobs, finish_reason: toFinishReason(output) }],
    usage: toUsage(output, result),
    ...(output.model.digest === undefined ? {} : { system_fingerprint: output.model.digest }),
    byoc: toFacts(output, result, ignored),
  };
}

/** One chunk of a streamed completion. */
export function toChunk(head: CompletionHead, delta: object, more: object = {}) {
  const { id, created, model } = head;
  return {
    ...{ id, object: 'chat.completion.chunk', created, model },
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }],
  };
}

/** What an event adds to the message, and its log probabilities. */
export function toDelta(event: ChatJobEvent): { delta: object; logprobs?: object } {
  switch (event.type) {
    case 'text':
      return {
        delta: { content: event.text },
        ...(event.logprobs === undefined ? {} : { logprobs: toLogprobs(event.logprobs) }),
      };
    case 'reasoning':
      return { delta: { reasoning_content: event.text } };
    case 'tool-call': {
      const { index, id, name, arguments: text } = event;
      const called = { ...(name === undefined ? {} : { name }), arguments: text };
      return {
        delta: { tool_calls: [{ index, ...(id === undefined ? {} : { id, type: 'function' }), function: called }] },
      };
    }
  }
}

/** Tokens, as they were billed where there was a bill. */
export function toUsage({ usage }: ChatJobOutput, result: Pick<JobResult, 'usage'>) {
  const metered = (meter: string, told: number) => Number(result.usage[meter] ?? told);
  const cached = metered('cached_input_tokens', usage.cachedInputTokens);
  const prompt = metered('input_tokens', usage.inputTokens) + cached;
  const completion = metered('output_tokens', usage.outputTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

export function toFinishReason({ finishReason }: ChatJobOutput): string {
  return finishReason.replace('-', '_');
}

export function toFacts(
  output: { ignored: readonly IgnoredSetting[] },
  result: JobResult,
  ignored: readonly IgnoredSetting[],
): ByocFacts {
  return {
    job: result.jobId,
    orchestrator: result.orchestrator.url,
    plugin: result.plugin,
    chargedWei: String(result.payment.chargedWei),
    ignored: [...ignored, ...output.ignored],
  };
}

function toToolCall({ id, name, arguments: text }: { id: string; name: string; arguments: string }) {
  return { id, type: 'function', function: { name, arguments: text } };
}

function toLogprobs(tokens: TokenLogprobs) {
  const content = tokens.map(({ token, logprob, bytes, top }) => ({ token, logprob, bytes, top_logprobs: top }));
  return { content, refusal: null };
}
