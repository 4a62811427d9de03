import type { Tile } from '../pipeline/plan-tiles.ts';
import type { Planes } from './loaded-upscaler.ts';

/** Bytes in a row of `width` pixels of `channels` values. */
export interface ByteRows {
  readonly width: number;
  readonly bytes: Uint8Array;
  readonly channels: 1 | 3;
}

/** Cuts a piece out as planes of 0 to 1, three of them always. What `size` has more than the piece repeats its last row and column. */
export function cutPiece(
  { width: wide, bytes, channels }: ByteRows,
  { left, top, width, height }: Tile,
  size: { readonly width: number; readonly height: number },
): Planes {
  const plane = size.width * size.height;
  const data = new Float32Array(3 * plane);
  for (let row = 0; row < size.height; row += 1) {
    const from = (top + Math.min(row, height - 1)) * wide + left;
    for (let column = 0; column < size.width; column += 1) {
      const at = (from + Math.min(column, width - 1)) * channels;
      for (let colour = 0; colour < 3; colour += 1)
        data[colour * plane + row * size.width + column] = (bytes[at + (channels === 3 ? colour : 0)] as number) / 255;
    }
  }
  return { ...size, data };
}
