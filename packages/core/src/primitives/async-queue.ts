/**
 * A bounded first-in first-out queue between one producer and one consumer.
 *
 * `push` resolves when there is room again: awaiting it is the backpressure. Items pushed before `end` or `fail` are
 * still delivered. Leaving the `for await` loop calls `onReturn`.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #limit: number;
  readonly #onReturn: (() => void) | undefined;
  #ended = false;
  #error: unknown;
  #failed = false;
  #wakeConsumer: (() => void) | undefined;
  #wakeProducers: (() => void)[] = [];

  /** @param options.limit items held before `push` waits. Default 64. */
  constructor(options: { limit?: number; onReturn?: () => void } = {}) {
    this.#limit = options.limit ?? 64;
    this.#onReturn = options.onReturn;
  }

  /** Items that wait. */
  get size(): number {
    return this.#items.length;
  }

  /** True once `end` or `fail` was called or the consumer left. */
  get closed(): boolean {
    return this.#ended;
  }

  /** Adds an item; false when the queue is closed. Resolves at once while there is room. */
  push(item: T): Promise<boolean> | boolean {
    if (this.#ended) return false;
    this.#items.push(item);
    this.#wakeConsumer?.();
    if (this.#items.length < this.#limit) return true;
    return new Promise((resolve) => this.#wakeProducers.push(() => resolve(!this.#ended)));
  }

  /** Closes the queue after the items it holds. */
  end(): void {
    this.#ended = true;
    this.#wakeConsumer?.();
    this.#releaseProducers();
  }

  /** Closes the queue; the consumer gets the error after the items it holds. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failed = true;
    this.#error = error;
    this.end();
  }

  /** Takes up to `max` items that are there now, without waiting. */
  takeReady(max: number): T[] {
    const taken = this.#items.splice(0, max);
    if (this.#items.length < this.#limit) this.#releaseProducers();
    return taken;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        while (this.#items.length > 0) {
          const [item] = this.takeReady(1);
          yield item as T;
        }
        if (this.#failed) throw this.#error;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wakeConsumer = resolve;
        });
        this.#wakeConsumer = undefined;
      }
    } finally {
      if (!this.#ended) {
        this.end();
        this.#onReturn?.();
      }
    }
  }

  #releaseProducers(): void {
    const wake = this.#wakeProducers;
    this.#wakeProducers = [];
    for (const release of wake) release();
  }
}
