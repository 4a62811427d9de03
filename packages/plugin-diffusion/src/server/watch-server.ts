import { imageServerFailures } from './image-server-failures.ts';

/** Aborts when nothing moves for too long, when its job does, or when it is over. */
export class ServerWatch {
  readonly signal: AbortSignal;
  readonly #hung = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(signal: AbortSignal, { withinMs }: { withinMs: number }) {
    this.signal = AbortSignal.any([signal, this.#hung.signal]);
    this.#arm(withinMs, 'since it was asked');
  }

  /** Something moved; the next thing must within so many milliseconds. */
  moved(withinMs: number): void {
    this.#arm(withinMs, 'in the middle of a picture');
  }

  /** Closes what is under way still. */
  end(): void {
    clearTimeout(this.#timer);
    this.#hung.abort();
  }

  #arm(withinMs: number, since: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hung.abort(imageServerFailures.silent(withinMs, since)), withinMs);
  }
}
