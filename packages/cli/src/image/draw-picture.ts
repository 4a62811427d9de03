import { image2sixel } from 'sixel';
import type { DecodedPreview } from './decode-preview.ts';
import type { PictureProtocol } from './picture-protocol.ts';

/** What previews are asked for, pixels of the longer side, at most. */
export const PREVIEW_SIZE = 192;
/** A picture with this id takes the place of the one before. Any number will do. */
const KITTY_ID = 8950;
/** Base64 characters of one escape sequence, by kitty's specification. */
const KITTY_CHUNK = 4096;

/** Writes a picture as a terminal wants it, from where the cursor is, so many lines high. Where the cursor ends is up to the terminal. */
export function drawPicture(
  picture: DecodedPreview,
  { protocol, lines, columns }: { protocol: PictureProtocol; lines: number; columns: number },
): string {
  switch (protocol) {
    case 'kitty':
      return drawKitty(picture, lines);
    case 'iterm2':
      return `\x1b]1337;File=inline=1;size=${picture.jpeg.length};height=${lines};preserveAspectRatio=1:${picture.jpeg.toString('base64')}\x07`;
    case 'sixel':
      return drawSixel(picture);
    case 'blocks':
      return drawBlocks(picture, lines, columns);
  }
}

function drawKitty({ rgba, width, height }: DecodedPreview, lines: number): string {
  const data = Buffer.from(rgba).toString('base64');
  const chunks = data.match(new RegExp(`.{1,${KITTY_CHUNK}}`, 'g')) ?? [];
  return chunks
    .map((chunk, at) => {
      const more = at === chunks.length - 1 ? 0 : 1;
      // Pixels as they are, shown at once, without an answer, the cursor left where it is.
      const head = at === 0 ? `a=T,f=32,s=${width},v=${height},i=${KITTY_ID},p=1,r=${lines},C=1,` : '';
      return `\x1b_G${head}q=2,m=${more};${chunk}\x1b\\`;
    })
    .join('');
}

/** A sixel is a pixel, and small previews come as they are: they get larger by a whole number. */
function drawSixel({ rgba, width, height }: DecodedPreview): string {
  const scale = Math.max(1, Math.floor(PREVIEW_SIZE / Math.max(width, height)));
  const [wide, high] = [width * scale, height * scale];
  const large = new Uint8Array(wide * high * 4);
  for (let y = 0; y < high; y += 1)
    for (let x = 0; x < wide; x += 1) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * 4;
      large.set(rgba.subarray(from, from + 4), (y * wide + x) * 4);
    }
  return image2sixel(large, wide, high, 64, 1);
}

/** Two pixels a character, above each other: the cells of a terminal are about twice as high as wide. */
function drawBlocks({ rgba, width, height }: DecodedPreview, lines: number, columns: number): string {
  const scale = Math.max(height / (lines * 2), width / columns);
  const [wide, high] = [Math.floor(width / scale), Math.floor(height / scale / 2)];
  const colour = (x: number, y: number) => {
    const at = (Math.floor((y + 0.5) * scale) * width + Math.floor((x + 0.5) * scale)) * 4;
    return [...rgba.subarray(at, at + 3)].join(';');
  };
  const line = (y: number) =>
    Array.from({ length: wide }, (_, x) => `\x1b[38;2;${colour(x, y * 2)}m\x1b[48;2;${colour(x, y * 2 + 1)}m▀`).join(
      '',
    );
  return Array.from({ length: high }, (_, y) => `${line(y)}\x1b[0m`).join('\r\n');
}
