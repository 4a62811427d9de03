import { LlmFailure } from '../engine/llm-failure.ts';

/** How long an engine may say nothing before it hangs, ms: a large model reads a long prompt on a slow processor. */
const SILENCE_MS = 600_000;
/** How long an engine may take to stop once it was told to, ms; never longer than its silence. */
const STOP_MS = 5_000;

/** Waits for the steps of an engine; one that says nothing for too long is told to stop. */
export class EngineWatch {
  /** What the engine is to heed: the job's own signal, and the end of patience. */
  readonly signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #silenceMs: number;
  readonly #onDeaf: (failure: LlmFailure) => void;

  /**
   * @param options.silenceMs @default 600_000
   * @param options.onDeaf called when it did not even stop: it can't be mended from here
   */
  constructor(signal: AbortSignal, options: { silenceMs?: number | undefined; onDeaf: (failure: LlmFailure) => void }) {
    this.signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
    this.#onDeaf = options.onDeaf;
  }

  /** What the engine says next. @throws LlmFailure engine-hangs */
  async wait<T>(said: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const failure = hangs(this.#silenceMs);
        this.#stop.abort(failure);
        timer = setTimeout(
          () => {
            this.#onDeaf(failure);
            reject(failure);
          },
          Math.min(this.#silenceMs, STOP_MS),
        );
      }, this.#silenceMs);
    });
    try {
      return await Promise.race([said, silence]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function hangs(ms: number): LlmFailure {
  return new LlmFailure({
    reason: 'engine-hangs',
    message: `The engine has said nothing for ${ms} ms.`,
    hint: 'Nothing is charged for it. Ask again, here or elsewhere.',
    recovery: 'retry-other',
  });
}
