/** Formats that pictures may come in. Others, such as SVG, are programs or open other files. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif';

/** Tells a picture's format by its first bytes; undefined for anything else. */
export function sniffFormat(head: Uint8Array): PictureFormat | undefined {
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  if (text(1, 4) === 'PNG' && head[0] === 0x89) return 'png';
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  if (text(0, 4) === 'GIF8') return 'gif';
  if (['II*\0', 'MM\0*'].includes(text(0, 4))) return 'tiff';
  if (text(4, 8) === 'ftyp' && /avi[fs]|mif1/.test(text(8, 32))) return 'avif';
  return undefined;
}
