import { generate } from '@byoc/plugin-diffusion';
import { decode } from 'jpeg-js';

/** A small picture, as it came and as pixels. */
export interface DecodedPreview {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel. */
  readonly rgba: Uint8Array;
}

/** Base64 characters at most: ten times what a preview of 512 pixels has. */
const LENGTH_MAX = 1024 ** 2;

/** Reads the preview of an event of `image/generate`; undefined where it has none, or none that is a small JPEG: it comes from elsewhere. */
export function decodePreview(event: unknown): DecodedPreview | undefined {
  const uri = generate.schemas.event?.safeParse(event).data?.preview ?? '';
  const [, base64] =
    uri.length > LENGTH_MAX ? [] : (/^data:image\/jpeg;base64,([A-Za-z0-9+/]+={0,2})$/.exec(uri) ?? []);
  if (base64 === undefined) return undefined;
  const jpeg = Buffer.from(base64, 'base64');
  try {
    const { width, height, data } = decode(jpeg, { useTArray: true, maxResolutionInMP: 1, maxMemoryUsageInMB: 64 });
    return { jpeg, width, height, rgba: data };
  } catch {
    return undefined;
  }
}
