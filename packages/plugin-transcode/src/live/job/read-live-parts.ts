import type { IncomingChunk } from '@byoc/core';
import { parseLivePartName } from '../plan/live-part-name.ts';

/** A whole part, or why one is not used. */
export type IncomingPart =
  | {
      readonly type: 'segment';
      readonly sequence: number;
      readonly discontinuity: boolean;
      /** Undefined for one that is too large. */
      readonly bytes: Buffer | undefined;
      /** When its last byte came, by `performance.now()`. */
      readonly arrivedAt: number;
    }
  | { readonly type: 'init'; readonly bytes: Buffer }
  | { readonly type: 'ignored'; readonly part: string; readonly reason: string };

/** Parts that may be under way at once: a caller may not grow our memory. */
const OPEN_PARTS_MAX = 8;

/** Puts the chunks of a live job together. @param options.maxBytes of one segment */
export async function* readLiveParts(
  chunks: AsyncIterable<IncomingChunk>,
  options: { maxBytes: number },
): AsyncGenerator<IncomingPart, void, undefined> {
  const open = new Map<string, { pieces: Uint8Array[]; bytes: number }>();
  for await (const { part, data, last } of chunks) {
    const meaning = parseLivePartName(part);
    if (meaning === undefined) {
      if (last) yield { type: 'ignored', part, reason: 'its name is not that of a segment' };
      continue;
    }
    let known = open.get(part);
    if (known === undefined) {
      // The one that has waited the longest was given up by its sender.
      const [oldest] = open.size >= OPEN_PARTS_MAX ? open.keys() : [];
      if (oldest !== undefined) {
        open.delete(oldest);
        yield { type: 'ignored', part: oldest, reason: 'it was not finished' };
      }
      known = { pieces: [], bytes: 0 };
      open.set(part, known);
    }
    known.bytes += data.length;
    if (known.bytes > options.maxBytes) known.pieces = [];
    else known.pieces.push(data);
    if (!last) continue;
    open.delete(part);
    const whole = known.bytes > options.maxBytes ? undefined : Buffer.concat(known.pieces);
    if (meaning.type === 'segment') yield { ...meaning, bytes: whole, arrivedAt: performance.now() };
    else if (whole !== undefined) yield { type: 'init', bytes: whole };
  }
}
