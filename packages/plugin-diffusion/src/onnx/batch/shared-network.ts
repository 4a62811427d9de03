import type { OnnxSession } from '../../runtime/onnx-runtime.ts';
import type { BatchVerdicts, NetworkAnswer, NetworkAsk } from './batch-verdicts.ts';

/** A picture's place at a network that it shares: asks like the network itself, and is to be left. */
export interface Seat {
  readonly session: OnnxSession;
  leave(): void;
}

interface WaitingAsk extends NetworkAsk {
  readonly answer: (answer: NetworkAnswer) => void;
}

/** A network that pictures in step with one another share: it is run when each of them has asked. */
export class SharedNetwork {
  readonly #session: OnnxSession;
  readonly #verdicts: BatchVerdicts;
  readonly #waiting = new Map<symbol, WaitingAsk>();
  readonly #seats = new Set<symbol>();

  constructor(session: OnnxSession, verdicts: BatchVerdicts) {
    this.#session = session;
    this.#verdicts = verdicts;
  }

  /** Takes a place. All are taken before the first one asks. */
  join(): Seat {
    const seat = Symbol('seat');
    this.#seats.add(seat);
    return {
      session: {
        ...this.#session,
        run: async (feeds, wanted) => {
          const answer = await new Promise<NetworkAnswer>((resolve) => {
            this.#waiting.set(seat, { feeds, wanted, answer: resolve });
            this.#runWhenAllAsked();
          });
          if ('error' in answer) throw answer.error;
          return answer.outputs;
        },
      },
      leave: () => {
        this.#seats.delete(seat);
        this.#runWhenAllAsked();
      },
    };
  }

  #runWhenAllAsked(): void {
    if (this.#waiting.size === 0 || this.#waiting.size < this.#seats.size) return;
    const asks = [...this.#waiting.values()];
    this.#waiting.clear();
    void this.#verdicts.run(this.#session, asks).then(
      (answers) => {
        for (const [at, { answer }] of asks.entries()) answer(answers[at] as NetworkAnswer);
      },
      (error: unknown) => {
        for (const { answer } of asks) answer({ error });
      },
    );
  }
}
