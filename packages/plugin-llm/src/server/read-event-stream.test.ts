import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEventStream } from './read-event-stream.ts';

async function read(pieces: readonly Uint8Array[]): Promise<string[]> {
  const events: string[] = [];
  for await (const data of readEventStream(
    (async function* () {
      yield* pieces;
    })(),
  ))
    events.push(data);
  return events;
}

/** Cuts bytes at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}

describe('an event stream', () => {
  it('gives the same events however its bytes are cut, with any end of line', async () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat()),
        async (texts, end, places) => {
          const bytes = new TextEncoder().encode(texts.map((text) => `: note${end}data: ${text}${end}${end}`).join(''));
          expect(await read(cut(bytes, places))).toEqual(texts.filter((text) => text !== ''));
        },
      ),
    );
  });

  it('leaves out an event that comes again with the same id', async () => {
    const text = 'id: 1\ndata: a\n\nid: 1\ndata: a\n\nid: 2\ndata: b\n\ndata: b\n\n';
    expect(await read([Buffer.from(text)])).toEqual(['a', 'b', 'b']);
  });

  it('refuses bytes that are no text, and an event without end', async () => {
    await expect(read([Buffer.from([0x64, 0xc3, 0x28])])).rejects.toMatchObject({ reason: 'server-garbled' });
    const endless = Array.from({ length: 9 }, () => Buffer.from(`data: ${'x'.repeat(1024 * 1024)}`));
    await expect(read(endless)).rejects.toMatchObject({ reason: 'server-garbled' });
  });
});
