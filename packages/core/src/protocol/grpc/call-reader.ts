import type { Readable } from 'node:stream';

/** How a stream of messages ended: with an error, or without. */
export interface CallEnd {
  readonly error?: unknown;
}

/**
 * Reads the messages of a gRPC call as they are asked for: what is not asked for stays in the flow-control window.
 * Messages that came before the end are still delivered. Leaving the loop early calls `onReturn`.
 */
export class CallReader<T> implements AsyncIterableIterator<T> {
  readonly #stream: Readable;
  readonly #decode: (bytes: Buffer) => T;
  readonly #onReturn: () => void;
  #waiting: { resolve: (result: IteratorResult<T>) => void; reject: (error: unknown) => void }[] = [];
  #end: CallEnd | undefined;
  #done = false;
  #dropped = false;
  #discarding = false;

  constructor(stream: Readable, options: { decode: (bytes: Buffer) => T; onReturn: () => void }) {
    this.#stream = stream;
    this.#decode = options.decode;
    this.#onReturn = options.onReturn;
    stream.on('readable', () => this.#pump());
  }

  /** Tells that no message follows. `drop`: those that wait are not delivered either. */
  finish(end: CallEnd, options: { drop?: boolean } = {}): void {
    if (this.#end !== undefined && options.drop !== true) return;
    this.#end = end;
    this.#dropped = options.drop === true;
    this.#pump();
  }

  /** Reads what still comes and forgets it, so that the call can end. */
  discard(): void {
    this.#discarding = true;
    this.#pump();
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#done) return Promise.resolve({ value: undefined, done: true });
    if (this.#waiting.length === 0) {
      const bytes = this.#take();
      if (bytes !== null) {
        try {
          return Promise.resolve({ value: this.#decode(bytes), done: false });
        } catch (error) {
          this.#leave();
          return Promise.reject(error);
        }
      }
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#end !== undefined) this.#pump();
    });
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#done) this.#leave();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): Buffer | null {
    return this.#dropped ? null : this.#stream.read();
  }

  #pump(): void {
    if (this.#discarding) while (this.#stream.read() !== null);
    while (this.#waiting.length > 0 && !this.#done) {
      const bytes = this.#take();
      if (bytes === null) {
        if (this.#end !== undefined) this.#settle();
        return;
      }
      const waiter = this.#waiting.shift();
      try {
        waiter?.resolve({ value: this.#decode(bytes), done: false });
      } catch (error) {
        waiter?.reject(error);
        this.#leave();
      }
    }
  }

  #settle(): void {
    if (this.#done) return;
    const end = this.#end;
    if (this.#waiting.length === 0) return;
    this.#done = true;
    const [first, ...rest] = this.#waiting;
    this.#waiting = [];
    if (end?.error !== undefined) first?.reject(end.error);
    else first?.resolve({ value: undefined, done: true });
    for (const waiter of rest) waiter.resolve({ value: undefined, done: true });
  }

  #leave(): void {
    this.#done = true;
    for (const waiter of this.#waiting) waiter.resolve({ value: undefined, done: true });
    this.#waiting = [];
    this.#onReturn();
  }
}
