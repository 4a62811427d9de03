import { expect, it } from 'vitest';
import { findMissingLetters, lacksFont } from './find-missing-letters.ts';

const line = (glyph: string) =>
  `[Parsed_subtitles_0 @ 0x5] [warning] fontselect: failed to find any fallback with glyph ${glyph} for font: (Arial, 400, 0)\n`;

it('tells letters without a font from no font at all', () => {
  expect([lacksFont(line('0x0')), lacksFont(line('0x65E5')), lacksFont('')]).toEqual([true, false, false]);
  expect(findMissingLetters(line('0x65E5') + line('0x672C') + line('0x65E5'))).toEqual([
    'No font here has these letters of the subtitles that were drawn: 日 本.',
  ]);
  expect(findMissingLetters('')).toEqual([]);
});
