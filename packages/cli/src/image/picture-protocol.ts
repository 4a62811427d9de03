import { createSupportsTerminalGraphics } from 'supports-terminal-graphics';

/** How a terminal shows pictures; `blocks` are characters of two colours each. */
export type PictureProtocol = 'kitty' | 'iterm2' | 'sixel' | 'blocks';

/**
 * Chooses how to show pictures on a stream: undefined where it is no terminal, where they are not wanted, or where nobody asked and the
 * terminal has only characters.
 *
 * @param wanted what the user said; undefined is nothing
 */
export function choosePictureProtocol(
  stream: { readonly isTTY?: boolean },
  wanted: boolean | undefined,
): PictureProtocol | undefined {
  if (!stream.isTTY || wanted === false) return undefined;
  const { kitty, iterm2, sixel } = createSupportsTerminalGraphics(stream);
  // iTerm2 says that it knows kitty's protocol, and draws little of it.
  if (iterm2) return 'iterm2';
  if (kitty) return 'kitty';
  if (sixel) return 'sixel';
  return wanted === true ? 'blocks' : undefined;
}
