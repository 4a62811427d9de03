import type { TokenLogprob, TokenUsage } from '../capability/answer.ts';
import type { ChatEvent } from '../capability/chat-event.ts';
import type { FinishReason } from '../capability/chat-output.ts';
import type { ChatChunk, ClaimedUsage } from './chat-chunk.ts';
import type { PromptCount } from './count-prompt.ts';
import type { LocalCount } from './count-usage.ts';

/** Turns the chunks of an answer into events, and counts along. One for each answer. */
export class AnswerSteps {
  #pieces = 0;
  #reasoningPieces = 0;
  #bytes = 0;
  #textIndex = 0;
  #reasoningIndex = 0;
  #last: ChatEvent['type'] | undefined;
  /** Places of tool calls that have begun. */
  readonly #calls = new Set<number>();
  finish: string | undefined;
  stopText: string | undefined;
  claimed: ClaimedUsage | undefined;

  /** The events of a chunk, in order. */
  take(chunk: ChatChunk): ChatEvent[] {
    // Some servers repeat the usage with each chunk: the last counts.
    if (chunk.usage) this.claimed = chunk.usage;
    const [choice] = chunk.choices;
    if (choice === undefined) return [];
    const events: ChatEvent[] = [];
    const { delta } = choice;
    const reasoning = delta?.reasoning_content ?? delta?.reasoning ?? '';
    if (reasoning !== '') events.push(this.#say('reasoning', reasoning));
    if (delta?.content) {
      const logprobs = toLogprobs(choice.logprobs?.content ?? []);
      events.push({ ...this.#say('text', delta.content), ...(logprobs.length === 0 ? {} : { logprobs }) } as ChatEvent);
    }
    for (const call of delta?.tool_calls ?? []) events.push(this.#call(call));
    if (events.length > 0) {
      this.#pieces += 1;
      if (reasoning !== '') this.#reasoningPieces += 1;
    }
    if (choice.finish_reason) this.finish = choice.finish_reason;
    if (typeof choice.stop_reason === 'string') this.stopText = choice.stop_reason;
    return events;
  }

  get finishReason(): FinishReason {
    if (this.finish === 'length') return 'length';
    if (this.finish === 'content_filter') return 'content-filter';
    return this.#calls.size > 0 ? 'tool-calls' : 'stop';
  }

  count(prompt: PromptCount, outputTokensMax: number): LocalCount {
    const counted = { pieces: this.#pieces, bytes: this.#bytes, reasoningPieces: this.#reasoningPieces };
    return { ...counted, prompt, outputTokensMax };
  }

  /** What is sure while the answer comes. The prompt is charged at the end, when the server has told what of it was cached. */
  running(outputTokensMax: number): TokenUsage {
    const outputTokens = Math.min(this.#pieces, outputTokensMax);
    return {
      ...{ inputTokens: 0, cachedInputTokens: 0, outputTokens },
      reasoningTokens: Math.min(this.#reasoningPieces, outputTokens),
    };
  }

  #say(type: 'text' | 'reasoning', text: string): ChatEvent {
    this.#bytes += Buffer.byteLength(text);
    const isNext = this.#last !== undefined && this.#last !== type;
    if (type === 'text' && isNext && this.#last === 'tool-call') this.#textIndex += 1;
    if (type === 'reasoning' && isNext && this.#pieces > 0) this.#reasoningIndex += 1;
    this.#last = type;
    return { type, index: type === 'text' ? this.#textIndex : this.#reasoningIndex, text };
  }

  #call(call: NonNullable<NonNullable<ChatChunk['choices'][number]['delta']>['tool_calls']>[number]): ChatEvent {
    // Without an index, each is a whole one.
    const index = call.index ?? this.#calls.size;
    const isFirst = !this.#calls.has(index);
    this.#calls.add(index);
    const text = call.function?.arguments ?? '';
    this.#bytes += Buffer.byteLength(text) + (isFirst ? Buffer.byteLength(call.function?.name ?? '') : 0);
    this.#last = 'tool-call';
    const begun = isFirst ? { id: call.id || `call-${index}`, name: call.function?.name ?? '' } : {};
    return { type: 'tool-call', index, ...begun, arguments: text };
  }
}

type Tokens = NonNullable<NonNullable<ChatChunk['choices'][number]['logprobs']>['content']>;

function toLogprobs(tokens: Tokens): TokenLogprob[] {
  const plain = ({
    token,
    logprob,
    bytes,
  }: {
    token: string;
    logprob: number;
    bytes?: number[] | null | undefined;
  }) => ({
    ...{ token, logprob },
    bytes: bytes ?? [...Buffer.from(token)],
  });
  return tokens.map((token) => ({ ...plain(token), top: (token.top_logprobs ?? []).map(plain) }));
}
