import type { EngineJob } from '../engine/image-engine.ts';
import { readMask, readPicture } from '../image/read-picture.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { Picture } from '../pipeline/picture.ts';

/** A picture to start from, at the size that is diffused. */
export interface Source {
  readonly picture: Picture;
  /** One value a pixel: 1 is painted. */
  readonly mask: Uint8Array | undefined;
  readonly strength: number;
}

/** Waits for the source's bytes and reads them; undefined where the job has none. @throws ImageFailure */
export async function readSource(
  { input, limits, file }: Pick<EngineJob, 'input' | 'limits' | 'file'>,
  size: { readonly width: number; readonly height: number },
): Promise<Source | undefined> {
  const { source } = input;
  if (source === undefined) return undefined;
  const path = await file(source.image);
  const read = await readPicture(path, size, limits);
  const { strength, maskFrom: from } = source;
  if (source.mask === undefined) {
    const own = from === 'transparency' ? await readMask(path, size, { of: read, from, limits }) : undefined;
    return { picture: read.picture, mask: own?.includes(1) ? own : undefined, strength };
  }
  const mask = await readMask(await file(source.mask), size, { of: read, from, limits });
  if (from === 'transparency' && !mask.includes(1)) {
    throw new ImageFailure({
      reason: 'mask-opaque',
      message: 'The mask has no transparent part, so nothing would be painted',
      hint: 'Make transparent what is to be painted anew, or send a mask of black and white with `maskFrom: "brightness"`.',
    });
  }
  return { picture: read.picture, mask, strength };
}

/** A latent is painted where any of its pixels is. */
export function maskOfLatents(
  mask: Uint8Array,
  { width, height, scale }: { width: number; height: number; scale: number },
): Float32Array {
  const wide = width / scale;
  const latents = new Float32Array(wide * (height / scale));
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1)
      if (mask[row * width + column] === 1) latents[Math.floor(row / scale) * wide + Math.floor(column / scale)] = 1;
  return latents;
}

/** Puts the source's own pixels back where nothing was to be painted. */
export function keepSource(made: Picture, { picture, mask }: Source): Picture {
  if (mask === undefined) return made;
  const pixels = made.pixels.map((value, at) =>
    mask[Math.floor(at / 3)] === 1 ? value : (picture.pixels[at] as number),
  );
  return { ...made, pixels };
}
