import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Box, findBox, readBoxes } from '../media/mp4-boxes.ts';
import type { PlannedStream } from '../plan/transcode-plan.ts';
import { readTopBox, type TopBox, topBoxes } from '../proof/top-boxes.ts';
import { segmentNames } from './segment-names.ts';

/**
 * Lets pictures start when they start, in place. ffmpeg delays segments by what the encoder needs before its first picture, and notes that in an
 * edit list; browsers ignore edit lists in segments, so pictures lag behind the sound. The delay goes into the composition offsets (which then
 * have signs, as CMAF allows), and the edit list goes. A stream with any other edit list, or none, is left alone.
 *
 * @throws RangeError when a file is broken
 */
export async function settleTimes(directory: string, stream: PlannedStream, signal: AbortSignal): Promise<void> {
  const delay = await settleInit(join(directory, stream.initSection));
  if (delay === 0) return;
  for (const name of await segmentNames(directory, stream, signal)) {
    signal.throwIfAborted();
    await using file = await open(join(directory, stream.directory, name), 'r+');
    for await (const box of topBoxes(file))
      if (box.type === 'moof') await rewrite(file, box, (moof) => moveEarlier(moof, delay));
  }
}

/** Takes the edit list out. Gives what the composition offsets have too much, in ticks; 0 of a stream that is left alone. */
async function settleInit(path: string): Promise<number> {
  await using file = await open(path, 'r+');
  let ticks = 0;
  for await (const box of topBoxes(file)) {
    if (box.type !== 'moov') continue;
    await rewrite(file, box, (moov) => {
      const edts = findBox(moov, 'moov', 'trak', 'edts');
      ticks = delayIn(moov, findBox(edts?.children ?? [], 'elst')?.body);
      if (edts === undefined || ticks === 0) return false;
      writeType(edts.body, 'free');
      return true;
    });
  }
  return ticks;
}

/** Ticks that an edit list skips, if it has the one form that encoders' delays give: after an empty edit of the same length, or none. Else 0. */
function delayIn(moov: readonly Box[], elst: Uint8Array | undefined): number {
  // Version 0 has times of 32 bits: delays are short.
  if (elst === undefined || elst[0] !== 0) return 0;
  const view = viewOf(elst);
  const count = view.getUint32(4);
  const last = 8 + 12 * (count - 1);
  if (count < 1 || count > 2 || elst.length < last + 12) return 0;
  const skipped = view.getInt32(last + 4);
  const scale = (body: Uint8Array | undefined) =>
    body === undefined ? 1 : viewOf(body).getUint32(body[0] === 1 ? 20 : 12);
  const media = scale(findBox(moov, 'moov', 'trak', 'mdia', 'mdhd')?.body);
  const movie = scale(findBox(moov, 'moov', 'mvhd')?.body);
  if (count === 2) {
    const emptySeconds = view.getUint32(8) / movie;
    if (view.getInt32(12) !== -1 || Math.abs(emptySeconds - skipped / media) > 2 / movie) return 0;
  }
  return Math.max(0, skipped);
}

/** Names the box whose body this is. */
function writeType(body: Uint8Array, type: string): void {
  new Uint8Array(body.buffer, body.byteOffset - 4, 4).set(Buffer.from(type, 'latin1'));
}

/** Subtracts from every composition offset. */
function moveEarlier(moof: readonly Box[], ticks: number): boolean {
  const trafs = moof.flatMap(({ children }) => children.filter(({ type }) => type === 'traf'));
  for (const { type, body } of trafs.flatMap(({ children }) => children)) {
    if (type !== 'trun') continue;
    const view = viewOf(body);
    const flags = view.getUint32(0) & 0xffffff;
    if (!(flags & 0x800)) throw new RangeError('a fragment has no composition offsets');
    // Version 1: offsets have a sign.
    view.setUint32(0, 0x01000000 | flags);
    const stride = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
    const first = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0) + stride - 4;
    for (let at = 0; at < view.getUint32(4); at += 1) {
      const offset = first + at * stride;
      view.setInt32(offset, view.getInt32(offset) - ticks);
    }
  }
  return true;
}

/** Changes a box in place: `change` writes into the bodies that it gets, and says whether it did. */
async function rewrite(file: FileHandle, box: TopBox, change: (boxes: readonly Box[]) => boolean): Promise<void> {
  const data = await readTopBox(file, box);
  if (change(readBoxes(data))) await file.write(data, 0, data.length, box.offset);
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
