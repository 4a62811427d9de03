import type { Writable } from 'node:stream';
import type { Codec } from '../codec/codec.ts';
import { asBuffer } from './as-buffer.ts';

/**
 * Writes values to a gRPC call as fast as the other side reads them. Stops early once `isClosed`; the stream must emit
 * `drain` or `close` then. The iterator is the caller's: it is not returned here.
 */
export async function writeValues<T>(
  stream: Writable,
  iterator: AsyncIterator<T>,
  codec: Codec<T>,
  isClosed: () => boolean,
): Promise<void> {
  for (;;) {
    const item = await iterator.next();
    if (item.done === true || isClosed()) return;
    for (const value of codec.split?.(item.value) ?? [item.value]) {
      if (!stream.write(asBuffer(codec.encode(value)))) await drained(stream, isClosed);
      if (isClosed()) return;
    }
  }
}

/** Wakes what waits in `writeValues` after the call was closed. */
export const WAKE_WRITER = 'byoc-wake-writer';

function drained(stream: Writable, isClosed: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (isClosed()) return resolve();
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      stream.off(WAKE_WRITER, done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    stream.on(WAKE_WRITER, done);
  });
}
