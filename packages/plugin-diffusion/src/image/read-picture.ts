import { open, stat } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import type { DiffusionLimits } from '../job/limits.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { Picture } from '../pipeline/picture.ts';
import { fromRgba } from './rgba.ts';
import { sniffFormat } from './sniff-format.ts';

/** A caller's picture, turned upright and scaled to a size. */
export interface ReadPicture {
  readonly picture: Picture;
  /** Its own size, upright. */
  readonly width: number;
  readonly height: number;
}

type ReadLimits = Pick<DiffusionLimits, 'maxSourceBytes' | 'maxSourcePixels'>;

/**
 * Reads a picture of any kind as 8-bit sRGB: upright as EXIF says, its first frame, transparent parts white, CMYK and 16 bits converted.
 * It is cut to the shape wanted and scaled.
 *
 * @throws ImageFailure
 */
export async function readPicture(
  path: string,
  size: { readonly width: number; readonly height: number },
  limits: ReadLimits,
): Promise<ReadPicture> {
  const { image, width, height } = await openPicture(path, 'source', limits);
  try {
    const pixels = await image
      .resize(size.width, size.height, { fit: 'cover' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
    return { picture: { ...size, pixels: new Uint8Array(pixels) }, width, height };
  } catch (error) {
    throw broken('source', error);
  }
}

/** A picture of which only its size is known yet. */
export interface OpenedPicture {
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** Reads all of it as 8-bit sRGB, with what is transparent. @throws ImageFailure */
  read(): Promise<Picture>;
}

/** Opens a picture of any kind, to be read whole: upright as EXIF says, its first frame, CMYK and 16 bits converted. @throws ImageFailure */
export async function openWholePicture(path: string, limits: ReadLimits): Promise<OpenedPicture> {
  const { image, width, height } = await openPicture(path, 'image', limits);
  return { width, height, read: () => readWhole(image, { width, height }) };
}

async function readWhole(image: Sharp, { width, height }: { width: number; height: number }): Promise<Picture> {
  try {
    const rgba = await image.toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer();
    return fromRgba(rgba, width, height);
  } catch (error) {
    throw broken('image', error);
  }
}

/** How to read a mask. */
export interface ReadMaskOptions {
  /** The picture that it belongs to. */
  readonly of: Pick<ReadPicture, 'width' | 'height'>;
  /** What is painted: what is light, or what is transparent. */
  readonly from: 'brightness' | 'transparency';
  readonly limits: ReadLimits;
}

/** Reads a mask: 1 is painted. @throws ImageFailure also for one that is not of the picture's size */
export async function readMask(
  path: string,
  size: { readonly width: number; readonly height: number },
  { of, from, limits }: ReadMaskOptions,
): Promise<Uint8Array> {
  const { image, width, height } = await openPicture(path, 'mask', limits);
  if (width !== of.width || height !== of.height) {
    throw new ImageFailure({
      reason: 'mask-size-wrong',
      message: `The mask has ${width} × ${height} pixels, the picture ${of.width} × ${of.height}`,
      hint: 'Send a mask of the size of the picture.',
    });
  }
  try {
    const scaled = image.resize(size.width, size.height, { fit: 'cover', kernel: 'nearest' });
    const grey =
      from === 'transparency'
        ? scaled.toColourspace('srgb').ensureAlpha().extractChannel('alpha')
        : scaled.flatten({ background: '#000000' }).toColourspace('b-w');
    const values = await grey.raw({ depth: 'uchar' }).toBuffer();
    return Uint8Array.from(values, (value) => Number(from === 'transparency' ? value < 128 : value > 127));
  } catch (error) {
    throw broken('mask', error);
  }
}

async function openPicture(
  path: string,
  what: 'source' | 'mask' | 'image',
  limits: ReadLimits,
): Promise<{ image: Sharp; width: number; height: number }> {
  const { size } = await stat(path);
  const head = await firstBytes(path);
  if (size === 0) {
    throw new ImageFailure({ reason: 'source-empty', message: `The ${what} is empty`, hint: 'Send the whole file.' });
  }
  tooLarge(what, 'bytes', size, limits.maxSourceBytes);
  if (sniffFormat(head) === undefined) {
    throw new ImageFailure({
      reason: 'source-format-refused',
      message: `The ${what} is no picture of a format that is read here`,
      hint: 'Send a PNG, JPEG, WebP, GIF, TIFF or AVIF file.',
    });
  }
  // The limit on pixels is checked below, with the number; sharp's own would only say that there are too many.
  const image = sharp(path, { failOn: 'error', limitInputPixels: false, pages: 1, sequentialRead: true });
  try {
    const { width, height, orientation = 1 } = await image.metadata();
    tooLarge(what, 'pixels', width * height, limits.maxSourcePixels);
    const isTurned = orientation >= 5;
    return { image: image.autoOrient(), width: isTurned ? height : width, height: isTurned ? width : height };
  } catch (error) {
    if (error instanceof ImageFailure) throw error;
    throw broken(what, error);
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(32), 0, 32, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function tooLarge(what: string, unit: string, value: number, limit: number): void {
  if (value <= limit) return;
  throw new ImageFailure({
    reason: 'source-too-large',
    message: `The ${what} has ${value} ${unit}; at most ${limit} are read here`,
    hint: 'Send a smaller picture.',
  });
}

function broken(what: string, error: unknown): ImageFailure {
  const said = error instanceof Error ? error.message.split('\n', 1)[0]?.slice(0, 200) : String(error);
  return new ImageFailure(
    {
      reason: 'source-broken',
      message: `The ${what} can't be decoded (${said})`,
      hint: 'Send the whole file, or save it again.',
    },
    { cause: error },
  );
}
