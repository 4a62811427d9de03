import sharp from 'sharp';
import type { EnginePicture } from '../engine/image-engine.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { Picture } from '../pipeline/picture.ts';
import { sniffFormat } from './sniff-format.ts';

/** The pixels of what an engine gave. @throws ImageFailure `engine-failed` for a file that is no picture, or of more pixels than allowed */
export async function openEnginePicture(
  picture: EnginePicture,
  { maxPixels }: { readonly maxPixels: number },
): Promise<Picture> {
  if (!('encoded' in picture)) return picture;
  const format = sniffFormat(picture.encoded.subarray(0, 32));
  try {
    if (format !== 'png' && format !== 'jpeg' && format !== 'webp') throw new Error('it is no PNG, JPEG or WebP file');
    const { data, info } = await sharp(picture.encoded, { failOn: 'error', limitInputPixels: maxPixels })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
  } catch (error) {
    throw new ImageFailure(
      {
        reason: 'engine-failed',
        message: `What the engine gave can't be read as a picture (${(error as Error).message.split('\n', 1)[0]?.slice(0, 200)})`,
        hint: 'Try again, or choose another offer.',
        recovery: 'retry-other',
      },
      { cause: error },
    );
  }
}
