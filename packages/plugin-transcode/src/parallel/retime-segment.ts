import { type FileHandle, open } from 'node:fs/promises';
import { readBoxes } from '../media/mp4-boxes.ts';
import { readTopBox, type TopBox, topBoxes } from '../proof/top-boxes.ts';

/** What is added to the times and numbers of a segment. */
export interface SegmentShift {
  /** In the stream's timescale. */
  readonly ticks: bigint;
  readonly sequence: number;
}

/**
 * Moves an fMP4 segment in time, in its file: `tfdt`, `mfhd` and `sidx` (ISO/IEC 14496-12) get other numbers, nothing changes its size.
 *
 * @throws RangeError when it is broken, or its time does not fit
 */
export async function retimeSegment(path: string, shift: SegmentShift): Promise<void> {
  await using file = await open(path, 'r+');
  const boxes: TopBox[] = [];
  for await (const box of topBoxes(file)) if (box.type === 'moof' || box.type === 'sidx') boxes.push(box);
  for (const box of boxes) {
    const data = await readTopBox(file, box);
    if (box.type === 'sidx') shiftSidx(data.subarray(box.head), shift);
    else shiftMoof(data, shift);
    await writeAll(file, data, box.offset);
  }
}

function shiftMoof(data: Uint8Array, { ticks, sequence }: SegmentShift): void {
  for (const { type, body, children } of readBoxes(data)[0]?.children ?? []) {
    if (type === 'mfhd') viewOf(body).setUint32(4, (viewOf(body).getUint32(4) + sequence) >>> 0);
    if (type !== 'traf') continue;
    for (const box of children) if (box.type === 'tfdt') addTime(viewOf(box.body), 4, box.body[0] === 1, ticks);
  }
}

function shiftSidx(body: Uint8Array, { ticks }: SegmentShift): void {
  addTime(viewOf(body), 12, body[0] !== 0, ticks);
}

function addTime(view: DataView, at: number, isLong: boolean, ticks: bigint): void {
  const time = (isLong ? view.getBigUint64(at) : BigInt(view.getUint32(at))) + ticks;
  if (time < 0n || time >= 1n << (isLong ? 64n : 32n)) throw new RangeError(`the time ${time} does not fit`);
  if (isLong) view.setBigUint64(at, time);
  else view.setUint32(at, Number(time));
}

async function writeAll(file: FileHandle, data: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const { bytesWritten } = await file.write(data, done, data.length - done, offset + done);
    done += bytesWritten;
  }
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
