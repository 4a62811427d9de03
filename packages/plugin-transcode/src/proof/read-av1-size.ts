import { BitReader } from './bit-reader.ts';
import type { PictureSize } from './picture-size.ts';

const SEQUENCE_HEADER = 1;

/** Reads the size in the sequence header of an `av1C` box (AV1 Bitstream & Decoding Process, 5.5.1); undefined when it has none. @throws RangeError */
export function readAv1Size(av1C: Uint8Array): PictureSize | undefined {
  // Four bytes, then OBUs.
  for (let at = 4; at < av1C.length; ) {
    const head = av1C[at] ?? 0;
    const extended = (head & 4) !== 0;
    at += extended ? 2 : 1;
    let length = av1C.length - at;
    if (head & 2) {
      const size = readLeb128(av1C, at);
      length = size.value;
      at += size.bytes;
    }
    if (((head >> 3) & 15) === SEQUENCE_HEADER) return sequenceSize(av1C.subarray(at, at + length));
    at += length;
  }
  return undefined;
}

function sequenceSize(header: Uint8Array): PictureSize {
  const reader = new BitReader(header, { emulation: false });
  reader.skip(3 + 1);
  const reduced = reader.bits(1) === 1;
  if (reduced) reader.skip(5);
  else skipOperatingPoints(reader);
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  return { width: reader.bits(widthBits) + 1, height: reader.bits(heightBits) + 1 };
}

function skipOperatingPoints(reader: BitReader): void {
  let delayBits: number | undefined;
  const timed = reader.bits(1) === 1;
  if (timed) {
    reader.skip(64);
    if (reader.bits(1) === 1) reader.unsigned();
    if (reader.bits(1) === 1) {
      delayBits = reader.bits(5) + 1;
      reader.skip(32 + 5 + 5);
    }
  }
  const delayed = reader.bits(1) === 1;
  for (let left = reader.bits(5) + 1; left > 0; left -= 1) {
    reader.skip(12);
    if (reader.bits(5) > 7) reader.skip(1);
    if (delayBits !== undefined && reader.bits(1) === 1) reader.skip(2 * delayBits + 1);
    if (delayed && reader.bits(1) === 1) reader.skip(4);
  }
}

function readLeb128(data: Uint8Array, start: number): { value: number; bytes: number } {
  let value = 0;
  for (let at = 0; at < 8; at += 1) {
    const byte = data[start + at];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * at);
    if ((byte & 128) === 0) return { value, bytes: at + 1 };
  }
  throw new RangeError('a length is cut off');
}
