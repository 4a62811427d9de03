import { randomBytes } from 'node:crypto';
import type { Token } from 'node-llama-cpp';
import type { TokenLogprob, TokenUsage } from '../capability/answer.ts';
import type { EngineChatStep } from '../engine/llm-engine.ts';

type Counts = { -readonly [K in keyof TokenUsage]: TokenUsage[K] };

/** Turns what the engine says into steps: usage first, then what it is for. */
export class AnswerTeller {
  readonly #usage: Counts;
  readonly #push: (step: EngineChatStep) => void;
  readonly #pieces = { text: -1, reasoning: -1 };
  readonly #calls: { readonly id: string; held: string; begun: boolean }[] = [];
  #logprobs: { readonly token: Token; readonly logprob: TokenLogprob }[] = [];
  #last: 'text' | 'reasoning' | 'tool-call' | undefined;
  #callsEnded = 0;

  /** @param usage counted up here */
  constructor(usage: Counts, push: (step: EngineChatStep) => void) {
    this.#usage = usage;
    this.#push = push;
  }

  /** A token was chosen. */
  token(token: Token, logprob: TokenLogprob | undefined): void {
    this.#usage.outputTokens += 1;
    if (logprob !== undefined) this.#logprobs.push({ token, logprob });
    this.#push({ type: 'usage', usage: { ...this.#usage } });
  }

  /** Text that is there to stay. */
  chunk(type: 'text' | 'reasoning', text: string, tokens: readonly Token[]): void {
    if (type === 'reasoning') this.#usage.reasoningTokens += tokens.length;
    const logprobs = this.#logprobsOf(tokens);
    if (text === '') return;
    if (this.#last !== type) this.#pieces[type] += 1;
    this.#last = type;
    const index = this.#pieces[type];
    if (type === 'reasoning') this.#push({ type, index, text });
    else this.#push({ type, index, text, ...(logprobs.length === 0 ? {} : { logprobs }) });
  }

  /** The next piece of a call's arguments. */
  call(index: number, name: string, piece: string): void {
    this.#last = 'tool-call';
    const known = this.#calls[index];
    const call = known ?? { id: `call_${randomBytes(12).toString('base64url')}`, held: '', begun: false };
    this.#calls[index] = call;
    // White space at either end is no part of the arguments.
    const text = call.held + (call.begun ? piece : piece.trimStart());
    const told = text.trimEnd();
    call.held = text.slice(told.length);
    call.begun ||= told !== '';
    if (known !== undefined && told === '') return;
    const opening = known === undefined ? { id: call.id, name } : {};
    this.#push({ type: 'tool-call', index, ...opening, arguments: told });
  }

  /** A call is whole. One without parameters comes in no pieces. */
  called(name: string, params: unknown): void {
    const index = this.#callsEnded;
    this.#callsEnded += 1;
    if (this.#calls[index] === undefined) this.call(index, name, JSON.stringify(params ?? {}));
  }

  #logprobsOf(tokens: readonly Token[]): TokenLogprob[] {
    const found: TokenLogprob[] = [];
    for (const token of tokens) {
      const at = this.#logprobs.findIndex((each) => each.token === token);
      const each = this.#logprobs[at];
      if (each === undefined) continue;
      this.#logprobs = this.#logprobs.slice(at + 1);
      found.push(each.logprob);
    }
    return found;
  }
}
