import sharp, { type Sharp } from 'sharp';
import type { Picture } from '../pipeline/picture.ts';
import { addPngText } from './add-png-text.ts';
import { toRgba } from './rgba.ts';

/** How a picture is written. */
export interface WritePictureOptions {
  readonly format: 'png' | 'jpeg' | 'webp';
  /** Of JPEG and WebP, 1 to 100. */
  readonly quality: number;
  /** What it was made of: into PNG's `parameters` text, and XMP's description in every format. @default nothing is written */
  readonly parameters?: string | undefined;
}

/** Encodes a picture. The same picture gives the same bytes. In JPEG, what is transparent becomes white. */
export async function writePicture(picture: Picture, options: WritePictureOptions): Promise<Uint8Array> {
  let image = fromPicture(picture);
  if (options.parameters !== undefined) image = image.withXmp(xmp(options.parameters));
  switch (options.format) {
    case 'jpeg':
      if (picture.alpha !== undefined) image = image.flatten({ background: '#ffffff' });
      return image.jpeg({ quality: options.quality, chromaSubsampling: '4:4:4' }).toBuffer();
    case 'webp':
      return image.webp({ quality: options.quality, effort: 4 }).toBuffer();
    case 'png': {
      const bytes = await image.png({ compressionLevel: 6 }).toBuffer();
      return options.parameters === undefined ? bytes : addPngText(bytes, 'parameters', options.parameters);
    }
  }
}

/** A small JPEG as a data URI. What is smaller than `size` is left so: who shows it can enlarge it as well. */
export async function previewOf(picture: Picture, size: number): Promise<string> {
  const small = fromPicture(picture).resize(size, size, { fit: 'inside', kernel: 'linear', withoutEnlargement: true });
  return `data:image/jpeg;base64,${(await small.jpeg({ quality: 60 }).toBuffer()).toString('base64')}`;
}

/** Scales a picture, cutting what the new shape leaves no room for. */
export async function scalePicture(
  picture: Picture,
  width: number,
  height: number,
  { kernel = 'lanczos3' }: { readonly kernel?: 'lanczos3' | 'cubic' } = {},
): Promise<Picture> {
  const scaled = fromPicture(picture).resize(width, height, { fit: 'cover', kernel });
  return { width, height, pixels: new Uint8Array(await scaled.raw().toBuffer()) };
}

function fromPicture(picture: Picture): Sharp {
  const { width, height, pixels, alpha } = picture;
  if (alpha === undefined) return sharp(pixels, { raw: { width, height, channels: 3 } });
  return sharp(toRgba(picture), { raw: { width, height, channels: 4 } });
}

function xmp(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>',
    `<rdf:li xml:lang="x-default">${escaped}</rdf:li>`,
    '</rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>',
  ].join('');
}
