import { BitReader } from './bit-reader.ts';

/** Pixels of one picture, cropping applied. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Profiles whose sequence parameter set has the chroma fields. */
const WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Reads the size in an H.264 sequence parameter set (ITU-T H.264, 7.3.2.1.1), its one-byte head included. @throws RangeError */
export function readAvcSize(unit: Uint8Array): PictureSize {
  const reader = new BitReader(unit.subarray(1));
  const profile = reader.bits(8);
  reader.skip(16);
  reader.unsigned();
  let chroma = 1;
  if (WITH_CHROMA.has(profile)) {
    chroma = reader.unsigned();
    if (chroma === 3 && reader.bits(1) === 1) chroma = 0;
    reader.unsigned();
    reader.unsigned();
    reader.skip(1);
    if (reader.bits(1) === 1) skipScalingLists(reader, chroma === 3 ? 12 : 8);
  }
  reader.unsigned();
  const order = reader.unsigned();
  if (order === 0) reader.unsigned();
  else if (order === 1) {
    reader.skip(1);
    reader.signed();
    reader.signed();
    for (let left = reader.unsigned(); left > 0; left -= 1) reader.signed();
  }
  reader.unsigned();
  reader.skip(1);
  const widthBlocks = reader.unsigned() + 1;
  const heightUnits = reader.unsigned() + 1;
  const framesOnly = reader.bits(1);
  if (framesOnly === 0) reader.skip(1);
  reader.skip(1);
  const crop = readCrop(reader);
  const stepX = chroma === 1 || chroma === 2 ? 2 : 1;
  const stepY = (chroma === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    width: widthBlocks * 16 - stepX * (crop.left + crop.right),
    height: heightUnits * 16 * (2 - framesOnly) - stepY * (crop.top + crop.bottom),
  };
}

/** Reads the size in an H.265 sequence parameter set (ITU-T H.265, 7.3.2.2.1), its two-byte head included. @throws RangeError */
export function readHevcSize(unit: Uint8Array): PictureSize {
  const reader = new BitReader(unit.subarray(2));
  reader.skip(4);
  const subLayers = reader.bits(3);
  reader.skip(1 + 88 + 8);
  const present = Array.from({ length: subLayers }, () => [reader.bits(1), reader.bits(1)]);
  if (subLayers > 0) reader.skip(2 * (8 - subLayers));
  for (const [profile, level] of present) reader.skip((profile === 1 ? 88 : 0) + (level === 1 ? 8 : 0));
  reader.unsigned();
  const chroma = reader.unsigned();
  const separate = chroma === 3 && reader.bits(1) === 1;
  const width = reader.unsigned();
  const height = reader.unsigned();
  const crop = readCrop(reader);
  const stepX = !separate && (chroma === 1 || chroma === 2) ? 2 : 1;
  const stepY = !separate && chroma === 1 ? 2 : 1;
  return { width: width - stepX * (crop.left + crop.right), height: height - stepY * (crop.top + crop.bottom) };
}

function readCrop(reader: BitReader): { left: number; right: number; top: number; bottom: number } {
  if (reader.bits(1) === 0) return { left: 0, right: 0, top: 0, bottom: 0 };
  return { left: reader.unsigned(), right: reader.unsigned(), top: reader.unsigned(), bottom: reader.unsigned() };
}

function skipScalingLists(reader: BitReader, lists: number): void {
  for (let list = 0; list < lists; list += 1) {
    if (reader.bits(1) === 0) continue;
    let last = 8;
    let next = 8;
    for (let at = 0; at < (list < 6 ? 16 : 64); at += 1) {
      if (next !== 0) next = (last + reader.signed() + 256) % 256;
      last = next === 0 ? last : next;
    }
  }
}
