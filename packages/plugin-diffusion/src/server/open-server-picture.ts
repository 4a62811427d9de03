import { openEnginePicture } from '../image/open-engine-picture.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { Picture } from '../pipeline/picture.ts';
import { imageServerFailures } from './image-server-failures.ts';

/** The pixels of a file that a server gave. @throws ImageFailure `server-garbled` for what is no picture, or has more pixels than allowed */
export async function openServerPicture(encoded: Uint8Array, limits: { readonly maxPixels: number }): Promise<Picture> {
  try {
    return await openEnginePicture({ encoded }, limits);
  } catch (error) {
    if (!(error instanceof ImageFailure) || error.reason !== 'engine-failed') throw error;
    throw imageServerFailures.garbled(`a picture of ${encoded.length} bytes that can’t be read`);
  }
}
