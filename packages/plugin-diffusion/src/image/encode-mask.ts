import sharp from 'sharp';

/** A mask of one value a pixel, 1 for what is painted, as a PNG file: white on black, or clear in a picture of black. */
export async function encodeMask(
  mask: Uint8Array,
  { width, height, as }: { readonly width: number; readonly height: number; readonly as: 'white' | 'clear' },
): Promise<Uint8Array> {
  const values =
    as === 'white'
      ? Uint8Array.from(mask, (one) => one * 255)
      : new Uint8Array(mask.length * 4).map((_, at) => (at % 4 === 3 && mask[Math.floor(at / 4)] === 0 ? 255 : 0));
  return await sharp(values, { raw: { width, height, channels: as === 'white' ? 1 : 4 } })
    .png()
    .toBuffer();
}
