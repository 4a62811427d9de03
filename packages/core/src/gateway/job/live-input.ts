import { ByocError } from '../../errors/byoc-error.ts';
import type { GatewayFrame } from '../../protocol/frames.ts';
import { abortable } from '../abortable.ts';
import type { JobInput } from './job-input.ts';

/** What a user sends while a job runs, and when that is all. */
export class LiveInput {
  readonly #sends = new Set<string>();
  readonly #sent = new Set<string>();
  readonly #signal: AbortSignal;
  #way = Promise.withResolvers<JobInput>();
  #pending = 0;
  #used = false;
  #open = false;
  #closed = false;
  #awaited: ReadonlySet<string> = new Set();
  #mayEnd: boolean;

  /** @param options.keepOpen the way in stays open until `end`. `signal` ends what waits. */
  constructor(options: { keepOpen: boolean; signal: AbortSignal }) {
    this.#mayEnd = !options.keepOpen;
    this.#signal = options.signal;
    this.#way.promise.catch(() => {});
  }

  /** True once something was sent, or is on its way: it can't be sent again to another orchestrator. */
  get used(): boolean {
    return this.#used || this.#sends.size > 0;
  }

  /** Names parts that must come before the way in is ended. */
  expect(parts: ReadonlySet<string>): void {
    this.#awaited = parts;
  }

  /** Opens the way to an attempt that has sent its own parts. */
  open(way: JobInput): void {
    this.#open = true;
    this.#way.resolve(way);
    this.#endWhenDone();
  }

  /** Takes the way back after an attempt that failed: what is sent waits for the next one. */
  reset(): void {
    this.#open = false;
    this.#way = Promise.withResolvers();
    this.#way.promise.catch(() => {});
  }

  /** Refuses what comes after the job's end. */
  close(): void {
    this.#closed = true;
    // Most jobs have taken all they will by now: no error for nobody.
    if (!this.#open) this.#way.reject(ended());
  }

  /** Resolves when an attempt takes what is sent. @throws ByocError INPUT_PART_INVALID after the end */
  async opened(): Promise<void> {
    await this.#take();
  }

  async push(frame: GatewayFrame): Promise<void> {
    const way = await this.#take();
    if (way.ended) throw ended();
    this.#used = true;
    await way.push(frame);
  }

  async send(part: string, data: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.#sends.has(part)) throw new ByocError('INPUT_PART_INVALID', { part, reason: 'it was sent already' });
    this.#sends.add(part);
    this.#pending += 1;
    try {
      const way = await this.#take();
      await abortable(way.sendPart(part, data), this.#signal);
      this.#sent.add(part);
    } finally {
      this.#pending -= 1;
      this.#endWhenDone();
    }
  }

  end(): void {
    this.#mayEnd = true;
    this.#awaited = new Set();
    this.#endWhenDone();
  }

  #take(): Promise<JobInput> {
    return this.#closed ? Promise.reject(ended()) : this.#way.promise;
  }

  #endWhenDone(): void {
    const whole = [...this.#awaited].every((part) => this.#sent.has(part));
    if (!this.#mayEnd || this.#pending > 0 || !whole) return;
    this.#way.promise.then((way) => way.sendEnd()).catch(() => {});
  }
}

function ended(): ByocError {
  return new ByocError('INPUT_PART_INVALID', { part: '(any)', reason: 'the job takes no more' });
}
