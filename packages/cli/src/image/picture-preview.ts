import type { DecodedPreview } from './decode-preview.ts';
import { drawPicture } from './draw-picture.ts';
import type { PictureProtocol } from './picture-protocol.ts';

/** Where pictures are shown. */
export interface PictureScreen {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** Shows one picture that changes. */
export interface PicturePreview {
  /** Draws a picture in the place of the one before. The cursor must be at the start of the line below. */
  show(picture: DecodedPreview): void;
}

/** Lines of a picture, at most; a sixel picture has as many pixels as it has, and needs cells of 12 pixels to fit. */
const LINES_MAX = 16;

/** Creates a place for a picture, which grows where the cursor is when the first one comes. */
export function createPicturePreview(screen: PictureScreen, protocol: PictureProtocol): PicturePreview {
  const { columns = 80, rows = 24 } = screen;
  const lines = Math.max(4, Math.min(LINES_MAX, rows - 4));
  let isOpen = false;
  return {
    show(picture) {
      if (!isOpen) screen.write('\n'.repeat(lines));
      isOpen = true;
      // Up to where it begins, and back: terminals leave the cursor in different places behind a picture.
      const drawn = drawPicture(picture, { protocol, lines, columns });
      screen.write(`\x1b[${lines}A\r\x1b7${drawn}\x1b8\x1b[${lines}B`);
    },
  };
}
