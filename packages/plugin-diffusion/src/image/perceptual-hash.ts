import sharp from 'sharp';
import type { Picture } from '../pipeline/picture.ts';

const SIDE = 32;
const KEPT = 8;

/** 64 bits, in hexadecimal, of how a picture looks: whether each of its slowest waves is above their median. */
export async function perceptualHash({ width, height, pixels }: Picture): Promise<string> {
  const grey = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .greyscale()
    .resize(SIDE, SIDE, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const waves: number[] = [];
  for (let v = 0; v < KEPT; v += 1)
    for (let u = 0; u < KEPT; u += 1) {
      let sum = 0;
      for (let y = 0; y < SIDE; y += 1)
        for (let x = 0; x < SIDE; x += 1) sum += (grey[y * SIDE + x] as number) * wave(x, u) * wave(y, v);
      waves.push(sum);
    }
  // The first one is the mean brightness, which would move the median.
  const median = waves.slice(1).sort((a, b) => a - b)[31] as number;
  const bits = waves.reduce((hash, value, at) => (value > median ? hash | (1n << BigInt(63 - at)) : hash), 0n);
  return bits.toString(16).padStart(16, '0');
}

/** How many of the 64 bits differ: pictures that look alike differ in few. */
export function hashDistance(a: string, b: string): number {
  let rest = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; rest > 0n; rest >>= 1n) count += Number(rest & 1n);
  return count;
}

function wave(place: number, frequency: number): number {
  return Math.cos(((2 * place + 1) * frequency * Math.PI) / (2 * SIDE));
}
