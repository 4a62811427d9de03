import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ByocError } from '../errors/byoc-error.ts';
import type { IncomingChunk } from '../manifest/plugin.ts';
import { AsyncQueue } from '../primitives/async-queue.ts';
import type { BlobRef } from '../primitives/blob-ref.ts';
import type { ChunkFrame, StagedPart } from '../protocol/frames.ts';

/** Chunks of one part that wait for the handler at most: 4 MiB. */
const WAITING_CHUNKS_MAX = 4;

/** The parts of one job's input: staged files, and chunks as they come. Each part has one consumer. */
export class PartInbox {
  readonly #jobId: string;
  readonly #jobPath: string;
  readonly #staged: readonly StagedPart[];
  readonly #signal: AbortSignal;
  readonly #parts = new Map<string, AsyncQueue<Uint8Array>>();
  readonly #spooled = new Map<string, Promise<string>>();
  /** Chunks of parts that nobody asked for by name. */
  readonly #live = new AsyncQueue<IncomingChunk>({ limit: WAITING_CHUNKS_MAX });
  #liveClaimed = false;
  #ended = false;
  #wakeups = new Set<() => void>();

  constructor(options: { jobId: string; jobPath: string; staged: readonly StagedPart[]; signal: AbortSignal }) {
    this.#jobId = options.jobId;
    this.#jobPath = options.jobPath;
    this.#staged = options.staged;
    this.#signal = options.signal;
    options.signal.addEventListener('abort', () => this.#close(options.signal.reason), { once: true });
  }

  /** Takes a chunk from the caller; waits while its consumer is behind. */
  async push(chunk: ChunkFrame): Promise<void> {
    for (;;) {
      const part = this.#parts.get(chunk.part) ?? this.#setAside(chunk.part);
      if (part !== undefined) {
        if (chunk.data.byteLength > 0) await part.push(chunk.data);
        if (chunk.last) part.end();
        return;
      }
      if (this.#liveClaimed) {
        await this.#live.push({ part: chunk.part, data: chunk.data, last: chunk.last });
        return;
      }
      if (this.#signal.aborted) return;
      // Nobody has asked for this part yet: the caller waits, nothing is buffered.
      await new Promise<void>((resolve) => this.#wakeups.add(resolve));
    }
  }

  /** The caller sends nothing more: parts that are not whole are missing. */
  end(): void {
    this.#ended = true;
    this.#live.end();
    for (const [name, part] of this.#parts)
      part.fail(new ByocError('JOB_PART_MISSING', { jobId: this.#jobId, part: name }));
    this.#wake();
  }

  /** The path of a part, once it is whole. */
  file(ref: BlobRef): Promise<string> {
    const staged = this.#stagedPath(ref);
    if (staged !== undefined) return Promise.resolve(staged);
    const name = nameOf(ref);
    let spooled = this.#spooled.get(name);
    if (spooled === undefined) {
      spooled = this.#spool(name);
      spooled.catch(() => {});
      this.#spooled.set(name, spooled);
    }
    return spooled;
  }

  /** The bytes of a part, as they come. */
  async *stream(ref: BlobRef): AsyncGenerator<Uint8Array, void, undefined> {
    const path = this.#stagedPath(ref) ?? (await this.#spooled.get(nameOf(ref)));
    if (path === undefined) yield* this.#claim(nameOf(ref));
    else for await (const data of createReadStream(path, { signal: this.#signal })) yield data as Uint8Array;
  }

  /** Chunks of every part that nobody asks for by name. */
  async *chunks(): AsyncGenerator<IncomingChunk, void, undefined> {
    this.#liveClaimed = true;
    this.#wake();
    if (this.#ended) this.#live.end();
    yield* this.#live;
  }

  async #spool(name: string): Promise<string> {
    const path = join(this.#jobPath, 'tmp', 'in', name);
    const chunks = this.#claim(name);
    await mkdir(dirname(path), { recursive: true });
    await pipeline(Readable.from(chunks), createWriteStream(path), { signal: this.#signal });
    return path;
  }

  /** Writes a part to disk that comes while the handler waits for another one: else caller and handler would wait for each other. */
  #setAside(name: string): AsyncQueue<Uint8Array> | undefined {
    if (this.#liveClaimed || ![...this.#parts.values()].some(({ closed }) => !closed)) return undefined;
    void this.file({ $part: name });
    return this.#parts.get(name);
  }

  #claim(name: string): AsyncQueue<Uint8Array> {
    const missing = new ByocError('JOB_PART_MISSING', { jobId: this.#jobId, part: name });
    if (this.#parts.has(name)) throw missing;
    const queue = new AsyncQueue<Uint8Array>({ limit: WAITING_CHUNKS_MAX });
    this.#parts.set(name, queue);
    if (this.#ended) queue.fail(missing);
    if (this.#signal.aborted) queue.fail(this.#signal.reason);
    this.#wake();
    return queue;
  }

  #stagedPath(ref: BlobRef): string | undefined {
    const part = this.#staged.find((candidate) =>
      '$uri' in ref ? candidate.uri === ref.$uri : candidate.name === ref.$part && candidate.uri === '',
    );
    if (part === undefined) return undefined;
    const path = resolve(this.#jobPath, part.file);
    const inside = relative(this.#jobPath, path);
    if (inside.startsWith('..') || inside === '')
      throw new ByocError('JOB_PART_MISSING', { jobId: this.#jobId, part: part.file });
    return path;
  }

  #close(reason: unknown): void {
    this.#live.fail(reason);
    for (const part of this.#parts.values()) part.fail(reason);
    this.#wake();
  }

  #wake(): void {
    const wakeups = this.#wakeups;
    this.#wakeups = new Set();
    for (const wake of wakeups) wake();
  }
}

function nameOf(ref: BlobRef): string {
  return '$uri' in ref ? ref.$uri : ref.$part;
}
