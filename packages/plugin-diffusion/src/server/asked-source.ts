import { encodeMask } from '../image/encode-mask.ts';
import { writePicture } from '../image/write-picture.ts';
import type { Source } from '../job/read-source.ts';
import type { AskedSource } from './server-dialect.ts';

/** A caller's picture and mask as clean files of the size asked for: whatever was wrong or odd with them stays here. */
export async function askedSource({ picture, mask, strength }: Source): Promise<AskedSource> {
  const size = { width: picture.width, height: picture.height };
  return {
    image: await writePicture(picture, { format: 'png', quality: 100 }),
    mask: mask && (await encodeMask(mask, { ...size, as: 'white' })),
    clearMask: mask && (await encodeMask(mask, { ...size, as: 'clear' })),
    strength,
  };
}
