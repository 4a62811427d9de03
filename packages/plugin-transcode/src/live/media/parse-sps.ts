/** The size that a sequence parameter set of H.264 states, pixels squared. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const SHAPES = [
  [1, 1],
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
] as const;
const HIGH = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Reads a sequence parameter set (Rec. ITU-T H.264, 7.3.2.1.1). @throws RangeError when it is cut off */
export function parseSps(unit: Uint8Array): PictureSize {
  const bits = bitReader(withoutEscapes(unit.subarray(1)));
  const profile = bits.take(8);
  bits.take(16);
  bits.unsigned();
  let chroma = 1;
  if (HIGH.has(profile)) {
    chroma = bits.unsigned();
    if (chroma === 3) bits.take(1);
    bits.unsigned();
    bits.unsigned();
    bits.take(1);
    if (bits.take(1)) skipMatrices(bits, chroma === 3 ? 12 : 8);
  }
  bits.unsigned();
  const order = bits.unsigned();
  if (order === 0) bits.unsigned();
  else if (order === 1) {
    bits.take(1);
    bits.signed();
    bits.signed();
    for (let left = bits.unsigned(); left > 0; left -= 1) bits.signed();
  }
  bits.unsigned();
  bits.take(1);
  const columns = bits.unsigned() + 1;
  const rows = bits.unsigned() + 1;
  const framesOnly = bits.take(1);
  if (!framesOnly) bits.take(1);
  bits.take(1);
  const crop = bits.take(1) ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
  const unitY = (chroma === 1 ? 2 : 1) * (2 - framesOnly);
  const width = columns * 16 - (left + right) * unitX;
  const height = rows * 16 * (2 - framesOnly) - (top + bottom) * unitY;
  const [wide, high] = bits.take(1) && bits.take(1) ? shape(bits) : [1, 1];
  return { width: Math.max(1, Math.round((width * wide) / high)), height };
}

interface BitReader {
  take(count: number): number;
  unsigned(): number;
  signed(): number;
}

function shape(bits: BitReader): readonly [number, number] {
  const code = bits.take(8);
  if (code !== 255) return SHAPES[code] ?? [1, 1];
  const wide = bits.take(16);
  const high = bits.take(16);
  return wide > 0 && high > 0 ? [wide, high] : [1, 1];
}

function skipMatrices(bits: BitReader, count: number): void {
  for (let list = 0; list < count; list += 1) if (bits.take(1)) skipScaling(bits, list < 6 ? 16 : 64);
}

function skipScaling(bits: BitReader, count: number): void {
  let last = 8;
  let next = 8;
  for (let at = 0; at < count; at += 1) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function bitReader(data: Uint8Array): BitReader {
  let at = 0;
  const take = (count: number) => {
    if (at + count > data.length * 8) throw new RangeError('the sequence parameter set is cut off');
    let value = 0;
    for (let left = count; left > 0; left -= 1, at += 1)
      value = value * 2 + (((data[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  const unsigned = () => {
    let zeros = 0;
    while (take(1) === 0) {
      zeros += 1;
      if (zeros > 32) throw new RangeError('a number in the sequence parameter set is too long');
    }
    return 2 ** zeros - 1 + take(zeros);
  };
  return {
    take,
    unsigned,
    signed() {
      const value = unsigned();
      return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
    },
  };
}

/** Takes out the bytes that keep start codes apart. */
function withoutEscapes(data: Uint8Array): Uint8Array {
  return data.filter((byte, at) => !(byte === 3 && at >= 2 && data[at - 1] === 0 && data[at - 2] === 0));
}
