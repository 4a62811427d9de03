import { encode } from 'jpeg-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodePreview } from './decode-preview.ts';
import { drawPicture } from './draw-picture.ts';
import { createPicturePreview } from './picture-preview.ts';
import { choosePictureProtocol } from './picture-protocol.ts';

/** Four pixels of red. */
const red = { width: 2, height: 2, data: Buffer.from('ff0000ff'.repeat(4), 'hex') };
const uri = `data:image/jpeg;base64,${encode(red, 100).data.toString('base64')}`;
const step = (preview: string) => ({ type: 'step', image: 0, step: 1, steps: 2, preview });
const decoded = decodePreview(step(uri));
if (decoded === undefined) throw new Error('the preview was not read');

/** Escape sequences for people and for patterns. */
const legible = (text: string) => text.replaceAll('\x1b', '␛');

afterEach(() => vi.unstubAllEnvs());

describe('the protocol for pictures', () => {
  const clear = () => {
    for (const name of ['TERM', 'TERM_PROGRAM', 'KITTY_WINDOW_ID', 'WEZTERM_PANE', 'KONSOLE_VERSION', 'LC_TERMINAL'])
      vi.stubEnv(name, '');
  };

  it.each([
    [{ TERM: 'xterm-kitty' }, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3.6.1' }, 'iterm2'],
    [{ TERM: 'mlterm' }, 'sixel'],
    [{ TERM: 'xterm-256color' }, undefined],
  ])('is chosen by the terminal: %j', (env, protocol) => {
    clear();
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    expect(choosePictureProtocol({ isTTY: true }, undefined)).toBe(protocol);
    expect(choosePictureProtocol({ isTTY: true }, true)).toBe(protocol ?? 'blocks');
    expect(choosePictureProtocol({ isTTY: true }, false)).toBeUndefined();
    expect(choosePictureProtocol({ isTTY: false }, true)).toBeUndefined();
  });
});

describe('a picture', () => {
  const draw = (protocol: 'kitty' | 'iterm2' | 'sixel' | 'blocks') =>
    legible(drawPicture(decoded, { protocol, lines: 1, columns: 80 }));

  it('is drawn in the words of each terminal', () => {
    expect(draw('kitty')).toMatch(/^␛_Ga=T,f=32,s=2,v=2,i=8950,p=1,r=1,C=1,q=2,m=0;[\w+/=]{24}␛\\$/);
    expect(draw('iterm2')).toBe(
      `␛]1337;File=inline=1;size=${decoded.jpeg.length};height=1;preserveAspectRatio=1:${decoded.jpeg.toString('base64')}\x07`,
    );
    expect(draw('sixel')).toMatch(/^␛P0;1;0?q"1;1;192;192#.*␛\\$/s);
    const cell = '␛[38;2;254;0;0m␛[48;2;254;0;0m▀';
    expect(draw('blocks')).toBe(`${cell}${cell}␛[0m`);
  });

  it('is sent to kitty in pieces', () => {
    const large = { ...decoded, width: 64, height: 64, rgba: new Uint8Array(64 * 64 * 4) };
    const pieces = drawPicture(large, { protocol: 'kitty', lines: 4, columns: 80 }).split('\x1b\\').slice(0, -1);
    expect(pieces.map((piece) => /m=([01]);/.exec(piece)?.[1])).toEqual(['1', '1', '1', '1', '1', '0']);
  });

  it('takes the place of the one before, and leaves the cursor below', () => {
    let written = '';
    const preview = createPicturePreview(
      {
        rows: 8,
        columns: 10,
        write(text) {
          written += text;
        },
      },
      'blocks',
    );
    preview.show(decoded);
    preview.show(decoded);
    const [opened, ...drawn] = legible(written).split('␛[4A\r␛7');
    expect(opened).toBe('\n\n\n\n');
    expect(drawn).toHaveLength(2);
    for (const one of drawn) expect(one).toMatch(/▀␛\[0m␛8␛\[4B$/);
  });

  it.each([
    'data:image/png;base64,AAAA',
    'data:image/jpeg;base64,AAAA',
    'data:image/jpeg;base64,AA\x1b[2J',
    'x'.repeat(2e6),
  ])('that is none is not shown (%#)', (wrong) => {
    expect(decodePreview(step(wrong))).toBeUndefined();
  });
});
