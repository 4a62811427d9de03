import sharp from 'sharp';
import type { Picture } from '../pipeline/picture.ts';
import { resamplePicture } from '../upscale/resample-picture.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A PNG file of a picture, its last column and row repeated up to a size. */
export async function extendPicture({ width, height, pixels }: Picture, to: Size): Promise<Uint8Array> {
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  const more = { right: to.width - width, bottom: to.height - height };
  return await image
    .extend({ ...more, extendWith: 'copy' })
    .png()
    .toBuffer();
}

/** What an enlarged picture holds of the one that was extended: `of` was made of `sent`, and is brought to `scale` of it. */
export async function cutExtended(
  of: Picture,
  { sent, scale, width, height }: Size & { readonly sent: Size; readonly scale: number },
): Promise<Picture> {
  // Never smaller than what is cut from it.
  const whole = {
    width: Math.max(width, Math.round(sent.width * scale)),
    height: Math.max(height, Math.round(sent.height * scale)),
  };
  const { pixels } = await resamplePicture(of, whole.width, whole.height);
  const image = sharp(pixels, { raw: { ...whole, channels: 3 } });
  const cut = await image.extract({ left: 0, top: 0, width, height }).raw().toBuffer();
  return { width, height, pixels: new Uint8Array(cut) };
}
