/** Steps on their way from who makes them to who takes them: nobody waits for the other. */
export class StepQueue<T> {
  readonly #steps: T[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** Steps that nobody has taken yet. */
  get length(): number {
    return this.#steps.length;
  }

  push(step: T): void {
    this.#steps.push(step);
    this.#wake?.();
  }

  /** Nothing comes after what is there. */
  end(): void {
    this.#end ??= {};
    this.#wake?.();
  }

  /** What is there is taken first, then the error. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const step = this.#steps.shift();
      if (step !== undefined) yield step;
      else if (this.#end === undefined) await new Promise<void>((wake) => (this.#wake = wake));
      else if ('error' in this.#end) throw this.#end.error;
      else return;
    }
  }
}
