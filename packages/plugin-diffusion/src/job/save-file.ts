import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobDirectory } from '@byoc/core';
import { perceptualHash } from '../image/perceptual-hash.ts';
import type { WritePictureOptions } from '../image/write-picture.ts';
import type { Picture } from '../pipeline/picture.ts';

const MEDIA_TYPES = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' } as const;

/** Writes the bytes of a picture into the job's folder, under a name that gets the format's ending, and describes the file. */
export async function saveFile(
  { out }: Pick<JobDirectory, 'out'>,
  name: string,
  made: { readonly picture: Picture; readonly format: WritePictureOptions['format']; readonly bytes: Uint8Array },
) {
  const { picture, format, bytes } = made;
  const file = `${name}.${format === 'jpeg' ? 'jpg' : format}`;
  await writeFile(join(out, file), bytes);
  const { width, height } = picture;
  return {
    image: { $part: file, mediaType: MEDIA_TYPES[format] },
    ...{ width, height, sizeBytes: bytes.length },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    perceptualHash: await perceptualHash(picture),
  };
}
