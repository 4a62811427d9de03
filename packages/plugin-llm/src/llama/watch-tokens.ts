import type { LlamaContextSequence, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { TokenLogprob } from '../capability/answer.ts';
import { tokenLogprob } from './token-logprob.ts';

/** What a watched sequence tells. */
export interface TokenWatch {
  /** Called for each token that was chosen, before anybody else sees it. */
  onToken(token: Token, logprob: TokenLogprob | undefined): void;
  /** Awaited between tokens: a reader that is behind holds the engine back. */
  ready(): Promise<void>;
  readonly signal: AbortSignal;
  /** How many likelier tokens to tell of; undefined for no probabilities. */
  readonly top: number | undefined;
}

/** Watches what LlamaChat generates in a sequence, token for token. Returns the end of the watch. */
export function watchTokens(sequence: LlamaContextSequence, watch: TokenWatch): () => void {
  const { model } = sequence;
  async function* evaluate(
    tokens: Token[],
    options?: SequenceEvaluateOptions,
  ): ReturnType<LlamaContextSequence['evaluate']> {
    const metadata = { probabilities: watch.top !== undefined } as const;
    const inner = sequence.evaluateWithMetadata(tokens, metadata, options);
    try {
      let next = await inner.next();
      while (next.done !== true) {
        const { token, probabilities } = next.value as { token: Token; probabilities?: Map<Token, number> };
        const { top } = watch;
        watch.onToken(
          token,
          top === undefined || probabilities === undefined ? undefined : tokenLogprob(model, token, probabilities, top),
        );
        const replacement = yield token;
        await watch.ready();
        watch.signal.throwIfAborted();
        next = await inner.next(replacement);
      }
    } finally {
      await inner.return();
    }
  }
  const watched = sequence as { evaluate: LlamaContextSequence['evaluate'] };
  watched.evaluate = evaluate;
  return () => {
    // What remains is the method of the class.
    delete (watched as Partial<typeof watched>).evaluate;
  };
}
