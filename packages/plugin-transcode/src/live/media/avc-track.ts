import { parseSps } from './parse-sps.ts';
import { SegmentBroken } from './segment-broken.ts';
import { writeBox } from './write-box.ts';

const START = Buffer.from([0, 0, 1]);

/** One access unit of H.264, as MP4 holds it. */
export interface AvcUnit {
  readonly data: Buffer;
  readonly key: boolean;
  readonly sps: Uint8Array | undefined;
  readonly pps: readonly Uint8Array[];
}

/** Turns an access unit with start codes (Annex B) into NAL units with lengths. Delimiters and filler are left out. */
export function parseAccessUnit(bytes: Buffer): AvcUnit {
  const parts: Buffer[] = [];
  const pps: Uint8Array[] = [];
  let sps: Uint8Array | undefined;
  let key = false;
  for (const unit of nalUnits(bytes)) {
    const type = (unit[0] ?? 0) & 31;
    if (type === 9 || type === 12) continue;
    // An instantaneous refresh, or a point from which decoding may start (the supplemental message 6).
    if (type === 5 || (type === 6 && unit[1] === 6)) key = true;
    if (type === 7) sps ??= unit;
    if (type === 8) pps.push(unit);
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(unit.length);
    parts.push(length, unit);
  }
  return { data: Buffer.concat(parts), key, sps, pps };
}

/** The sample entry of a stream with these parameter sets. @throws SegmentBroken */
export function avcEntry(
  sps: Uint8Array,
  pps: readonly Uint8Array[],
): { entry: Buffer; width: number; height: number; codec: string } {
  let size: ReturnType<typeof parseSps>;
  try {
    size = parseSps(sps);
  } catch (cause) {
    throw new SegmentBroken('its sequence parameter set can not be read', { cause });
  }
  const sized = (unit: Uint8Array) => Buffer.concat([Buffer.from([unit.length >> 8, unit.length & 255]), unit]);
  const config = Buffer.concat([
    Buffer.from([1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1]),
    sized(sps),
    Buffer.from([pps.length]),
    ...pps.map(sized),
  ]);
  const head = Buffer.alloc(78);
  head.writeUInt16BE(1, 6);
  head.writeUInt16BE(size.width & 0xffff, 24);
  head.writeUInt16BE(size.height & 0xffff, 26);
  head.writeUInt32BE(0x480000, 28);
  head.writeUInt32BE(0x480000, 32);
  head.writeUInt16BE(1, 40);
  head.writeUInt16BE(24, 74);
  head.writeUInt16BE(0xffff, 76);
  const codec = `avc1.${Buffer.from(sps.subarray(1, 4)).toString('hex')}`;
  return { entry: writeBox('avc1', head, writeBox('avcC', config)), ...size, codec };
}

function* nalUnits(bytes: Buffer): Generator<Buffer> {
  let start = bytes.indexOf(START);
  while (start !== -1) {
    const next = bytes.indexOf(START, start + 3);
    let end = next === -1 ? bytes.length : next;
    while (end > start + 3 && bytes[end - 1] === 0) end -= 1;
    if (end > start + 3) yield bytes.subarray(start + 3, end);
    start = next;
  }
}
