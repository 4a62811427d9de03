import sharp from 'sharp';
import { toRgba } from '../image/rgba.ts';
import type { Picture } from '../pipeline/picture.ts';

/** How far colours reach, pixels: farther than a network looks at an edge. */
const SIGMA = 4;

/** Gives pixels that nobody sees the colours of those beside them: else their own, often black, would come out along the edges. */
export async function fillTransparent(picture: Picture): Promise<Uint8Array> {
  const { width, height, alpha } = picture;
  if (alpha === undefined) return picture.pixels;
  // sharp weighs colours by their alpha when it blurs.
  const soft = await sharp(toRgba(picture), { raw: { width, height, channels: 4 } })
    .blur(SIGMA)
    .raw()
    .toBuffer();
  const pixels = picture.pixels.slice();
  for (let at = 0; at < alpha.length; at += 1)
    if (alpha[at] === 0 && soft[at * 4 + 3] !== 0) pixels.set(soft.subarray(at * 4, at * 4 + 3), at * 3);
  return pixels;
}
