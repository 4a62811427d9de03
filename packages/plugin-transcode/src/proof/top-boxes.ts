import type { FileHandle } from 'node:fs/promises';

/** A box at the top of a file. */
export interface TopBox {
  readonly type: string;
  /** Of its first byte in the file. */
  readonly offset: number;
  /** Bytes, head included. */
  readonly size: number;
  /** Bytes of the head: 8, or 16. */
  readonly head: number;
}

/** Lists the boxes at the top of an MP4 file; nothing but their heads is read. @throws RangeError when a box is longer than the file */
export async function* topBoxes(file: FileHandle): AsyncGenerator<TopBox> {
  const { size: end } = await file.stat();
  const bytes = Buffer.alloc(16);
  for (let offset = 0; offset < end; ) {
    const { bytesRead } = await file.read(bytes, 0, 16, offset);
    if (bytesRead < 8) throw new RangeError(`${bytesRead} bytes at ${offset} are no box`);
    const type = bytes.toString('latin1', 4, 8);
    const short = bytes.readUInt32BE(0);
    const head = short === 1 ? 16 : 8;
    const size =
      short === 1 && bytesRead === 16 ? Number(bytes.readBigUInt64BE(8)) : short === 0 ? end - offset : short;
    if (size < head || offset + size > end) throw new RangeError(`box ${type} at ${offset} has the size ${size}`);
    yield { type, offset, size, head };
    offset += size;
  }
}

/** Indexes and headers are small; what claims to be larger is not read into memory. */
const BOX_BYTES_MAX = 256 * 1024 * 1024;

/** Reads one box whole, head included. @throws RangeError when it is absurdly large */
export async function readTopBox(file: FileHandle, { offset, size, type }: TopBox): Promise<Buffer> {
  if (size > BOX_BYTES_MAX) throw new RangeError(`box ${type} has ${size} bytes`);
  const data = Buffer.alloc(size);
  await file.read(data, 0, size, offset);
  return data;
}
