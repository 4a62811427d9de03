import { ByocError } from '../errors/byoc-error.ts';
import type { JobFrame, JobFrameBody } from '../protocol/frames.ts';

/** Frames kept for replay at most. */
export const REPLAY_FRAMES_MAX = 1024;
/** Bytes kept for replay at most. */
export const REPLAY_BYTES_MAX = 4 * 1024 * 1024;
/** Untaken frames that make `append` wait: leaves room for a frame and an end, each with a progress and a usage before it. */
const UNTAKEN_FRAMES_MAX = REPLAY_FRAMES_MAX - 6;
/** Untaken bytes that make `append` wait: leaves room for the largest result. */
const UNTAKEN_BYTES_MAX = REPLAY_BYTES_MAX / 2;
/** Frames handed out together at most. */
const BATCH_FRAMES_MAX = 256;
/** Bytes handed out together at most: stays far below the limit of a message. */
const BATCH_BYTES_MAX = 1024 * 1024;

/** Latest-wins frames that wait for a reader. */
type Conflated = Extract<JobFrameBody, { type: 'progress' } | { type: 'usage' }>;

/** How far one stream has read. */
interface Reader {
  cursor: number;
}

/**
 * The numbered frames of one job: a bounded log that every reader (the caller's stream, re-attached ones) walks with a
 * cursor of its own.
 *
 * The newest open reader sets the pace: `append` waits while the log is full of frames that it has not taken. That is
 * the backpressure towards the handler, and what makes a detached job wait for somebody to attach. An older reader that
 * falls behind what is kept ends with JOB_REPLAY_GONE. Progress and usage are conflated: only the latest of each takes a
 * number, when a reader comes for it or a frame that must follow it is appended.
 */
export class FrameLog {
  readonly #jobId: string;
  #frames: { frame: JobFrame; bytes: number }[] = [];
  #bytes = 0;
  #sequence = 0;
  #ended = false;
  #pending: { progress?: Conflated; usage?: Conflated } = {};
  /** Open readers, the newest last. */
  readonly #readers: Reader[] = [];
  /** What the last reader had taken when it left. */
  #left = 0;
  readonly #readable = new Set<() => void>();
  /** Frames that wait for room, the oldest first. */
  #waiting: { readonly body: JobFrameBody; readonly bytes: number; readonly settle: (added: boolean) => void }[] = [];

  constructor(jobId: string) {
    this.#jobId = jobId;
  }

  /** True after `result` or `error`. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes kept, about. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Replaces the progress or usage that waits. Cheap. */
  conflate(body: Conflated): void {
    if (this.#ended) return;
    this.#pending[body.type] = body;
    wake(this.#readable);
  }

  /**
   * Adds a frame; waits for room, in order, unless it ends the job. False when the job had ended. Rejects with the
   * signal's reason when aborted while it waits.
   */
  append(body: JobFrameBody, signal?: AbortSignal): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    if (body.type === 'result' || body.type === 'error') {
      this.#end(body);
      return Promise.resolve(true);
    }
    const bytes = sizeOf(body);
    if (this.#waiting.length === 0 && !this.#isFull(bytes)) {
      this.#add(body, bytes);
      return Promise.resolve(true);
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal?.reason);
      };
      const settle = (added: boolean) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(added);
      };
      const entry = { body, bytes, settle };
      this.#waiting.push(entry);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /**
   * Walks the frames after a number, in arrays of what is ready together, to the job's end.
   *
   * @throws ByocError JOB_REPLAY_GONE when they are no longer kept
   */
  async *read(afterSequence: number, signal?: AbortSignal): AsyncGenerator<readonly JobFrame[], void, undefined> {
    this.#checkKept(afterSequence);
    const reader: Reader = { cursor: afterSequence };
    this.#readers.push(reader);
    // Another reader sets the pace now: there may be room.
    this.#admit();
    try {
      for (;;) {
        // What a handler does without waiting leaves in one message: a small job is `accepted` and `result` at once.
        await new Promise(setImmediate);
        signal?.throwIfAborted();
        if (!this.#ended && !this.#isFull(0)) this.#flush();
        this.#checkKept(reader.cursor);
        const batch = this.#after(reader.cursor);
        const last = batch.at(-1);
        if (last !== undefined) {
          reader.cursor = last.sequence;
          this.#admit();
          yield batch;
        } else if (this.#ended) return;
        else await wait(this.#readable, signal);
      }
    } finally {
      this.#leave(reader);
    }
  }

  #end(body: JobFrameBody): void {
    this.#flush();
    this.#push(body, sizeOf(body));
    this.#ended = true;
    for (const { settle } of this.#waiting) settle(false);
    this.#waiting = [];
    wake(this.#readable);
  }

  #add(body: JobFrameBody, bytes: number): void {
    this.#flush();
    this.#push(body, bytes);
    wake(this.#readable);
  }

  /** Adds what waits, as far as there is room. */
  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && !this.#isFull(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#add(next.body, next.bytes);
      next.settle(true);
    }
  }

  #leave(reader: Reader): void {
    this.#readers.splice(this.#readers.indexOf(reader), 1);
    if (this.#readers.length === 0) this.#left = reader.cursor;
    // An older reader sets the pace again.
    this.#admit();
    wake(this.#readable);
  }

  /** The number up to which the newest reader has taken the frames. */
  get #taken(): number {
    return Math.min(this.#readers.at(-1)?.cursor ?? this.#left, this.#sequence);
  }

  get #oldest(): number {
    return this.#frames[0]?.frame.sequence ?? this.#sequence + 1;
  }

  #checkKept(cursor: number): void {
    if (cursor + 1 >= this.#oldest) return;
    throw new ByocError('JOB_REPLAY_GONE', {
      jobId: this.#jobId,
      afterSequence: cursor,
      oldestSequence: this.#oldest,
    });
  }

  #after(cursor: number): JobFrame[] {
    const batch: JobFrame[] = [];
    let bytes = 0;
    let index = cursor + 1 - this.#oldest;
    for (; index < this.#frames.length && batch.length < BATCH_FRAMES_MAX; index += 1) {
      const entry = this.#frames[index];
      if (entry === undefined || (batch.length > 0 && bytes + entry.bytes > BATCH_BYTES_MAX)) break;
      bytes += entry.bytes;
      batch.push(entry.frame);
    }
    return batch;
  }

  #flush(): void {
    const { progress, usage } = this.#pending;
    if (progress === undefined && usage === undefined) return;
    this.#pending = {};
    if (progress) this.#push(progress, sizeOf(progress));
    if (usage) this.#push(usage, sizeOf(usage));
  }

  #push(body: JobFrameBody, bytes: number): void {
    this.#sequence += 1;
    this.#frames.push({ frame: { ...body, sequence: this.#sequence } as JobFrame, bytes });
    this.#bytes += bytes;
    const taken = this.#taken;
    let drop = 0;
    for (;;) {
      const oldest = this.#frames[drop];
      const over = this.#frames.length - drop > REPLAY_FRAMES_MAX || this.#bytes > REPLAY_BYTES_MAX;
      // What the newest reader still waits for is never dropped: `append` has kept it small.
      if (!over || oldest === undefined || oldest.frame.sequence > taken) break;
      this.#bytes -= oldest.bytes;
      drop += 1;
    }
    if (drop > 0) this.#frames.splice(0, drop);
  }

  /** Whether so many bytes more would be too much for what the newest reader has not taken. */
  #isFull(bytes: number): boolean {
    const untaken = this.#sequence - this.#taken;
    if (untaken === 0) return false;
    if (untaken > UNTAKEN_FRAMES_MAX) return true;
    if (this.#bytes + bytes <= UNTAKEN_BYTES_MAX) return false;
    let untakenBytes = bytes;
    for (let back = 1; back <= untaken; back += 1) untakenBytes += this.#frames.at(-back)?.bytes ?? 0;
    return untakenBytes > UNTAKEN_BYTES_MAX;
  }
}

function wait(waiters: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      waiters.delete(done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    waiters.add(done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

function wake(waiters: Set<() => void>): void {
  for (const done of waiters) done();
}

function sizeOf(body: JobFrameBody): number {
  if (body.type === 'event') return 64 + body.eventJson.byteLength;
  if (body.type === 'chunk') return 64 + body.data.byteLength;
  if (body.type === 'result')
    return body.parts.reduce((bytes, { name }) => bytes + name.length + 96, 256 + body.outputJson.byteLength);
  return 256;
}
