import sharp from 'sharp';
import { fromRgba, toRgba } from '../image/rgba.ts';
import type { Picture } from '../pipeline/picture.ts';

/** Brings a picture to another size: Lanczos where it gets smaller, cubic where it gets larger. */
export async function resamplePicture(picture: Picture, width: number, height: number): Promise<Picture> {
  if (picture.width === width && picture.height === height) return picture;
  const raw = { width: picture.width, height: picture.height, channels: 4 as const };
  const image = sharp(toRgba(picture), { raw }).resize(width, height, { fit: 'fill', kernel: 'lanczos3' });
  return fromRgba(await image.raw().toBuffer(), width, height);
}
