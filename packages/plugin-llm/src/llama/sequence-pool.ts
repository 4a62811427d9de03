import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import { selectSequence } from './plan/select-sequence.ts';

/** A sequence that one job has for itself. */
export interface LeasedSequence {
  readonly sequence: LlamaContextSequence;
  release(): void;
}

interface Place {
  readonly sequence: LlamaContextSequence;
  caller: string | undefined;
  busy: boolean;
  usedAt: number;
}

/** The sequences of a context. What one caller left in a sequence is erased before another caller gets it. */
export class SequencePool {
  readonly #places: Place[] = [];
  readonly #waiting: (() => void)[] = [];
  #uses = 0;

  constructor(context: LlamaContext) {
    while (context.sequencesLeft > 0)
      this.#places.push({ sequence: context.getSequence(), caller: undefined, busy: false, usedAt: 0 });
  }

  /** How many jobs run now. */
  get busy(): number {
    return this.#places.filter(({ busy }) => busy).length;
  }

  /** Leases a sequence for a prompt; waits while all are busy. */
  async lease(caller: string | undefined, tokens: Token[], signal: AbortSignal): Promise<LeasedSequence> {
    for (;;) {
      signal.throwIfAborted();
      const chosen = selectSequence(
        this.#places.map(({ sequence, ...place }) => ({
          ...place,
          tokens: sequence.contextTokens.length,
          shared: sequence.compareContextTokens(tokens).firstDifferentIndex,
        })),
        caller,
      );
      const place = chosen && this.#places[chosen.index];
      if (place === undefined) {
        await this.#freed(signal);
        continue;
      }
      place.busy = true;
      place.usedAt = ++this.#uses;
      try {
        if (chosen?.keepsTokens !== true) await place.sequence.clearHistory();
      } catch (error) {
        this.#release(place);
        throw error;
      }
      place.caller = caller;
      return { sequence: place.sequence, release: () => this.#release(place) };
    }
  }

  #release(place: Place): void {
    place.busy = false;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #freed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
