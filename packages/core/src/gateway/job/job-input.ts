import { createReadStream } from 'node:fs';
import { ByocError } from '../../errors/byoc-error.ts';
import { AsyncQueue } from '../../primitives/async-queue.ts';
import { isPartName } from '../../primitives/part-name.ts';
import { CHUNK_BYTES_MAX, type GatewayFrame } from '../../protocol/frames.ts';
import type { BlobInput } from '../blobs/blob-input.ts';

/** The way in of one attempt: frames to the orchestrator, with backpressure. */
export class JobInput {
  readonly queue = new AsyncQueue<GatewayFrame>({ limit: 4 });
  #ended = false;

  /** True once nothing of the user may follow. */
  get ended(): boolean {
    return this.#ended || this.queue.closed;
  }

  async push(frame: GatewayFrame): Promise<void> {
    await this.queue.push(frame);
  }

  /** Sends a part in chunks. */
  async sendPart(part: string, data: AsyncIterable<Uint8Array>): Promise<void> {
    if (!isPartName(part)) throw new ByocError('INPUT_PART_INVALID', { part, reason: 'the name is not safe' });
    for await (const piece of data) {
      for (let at = 0; at < piece.length; at += CHUNK_BYTES_MAX) {
        if (this.ended) throw new ByocError('INPUT_PART_INVALID', { part, reason: 'the job takes no more' });
        await this.push({ type: 'chunk', part, data: piece.subarray(at, at + CHUNK_BYTES_MAX), last: false });
      }
    }
    await this.push({ type: 'chunk', part, data: new Uint8Array(), last: true });
  }

  async sendEnd(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.push({ type: 'end' });
  }

  close(): void {
    this.queue.end();
  }
}

/** The bytes of a blob that is not an address. A file that shrank or vanished meanwhile throws SOURCE_FILE_UNREADABLE. */
export async function* blobBytes({ origin }: BlobInput, sizeBytes?: number): AsyncGenerator<Uint8Array> {
  if (origin.type === 'bytes') yield origin.data;
  else if (origin.type === 'stream') yield* origin.data;
  else if (origin.type === 'file') {
    const { path } = origin;
    let sent = 0;
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES_MAX })) {
        sent += (chunk as Uint8Array).length;
        yield chunk as Uint8Array;
      }
    } catch (cause) {
      throw new ByocError('SOURCE_FILE_UNREADABLE', { path, reason: (cause as Error).message }, { cause });
    }
    if (sizeBytes !== undefined && sent !== sizeBytes)
      throw new ByocError('SOURCE_FILE_UNREADABLE', {
        path,
        reason: `it changed while it was sent (${sizeBytes} bytes, then ${sent})`,
      });
  }
}
