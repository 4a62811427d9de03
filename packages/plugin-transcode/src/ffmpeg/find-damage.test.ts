import { expect, it } from 'vitest';
import { findDamage } from './find-damage.ts';

it('tells errors in the source from other words of ffmpeg', () => {
  expect([
    findDamage('[h264 @ 0x1] [error] error while decoding MB 5 0\n'),
    findDamage('[warning] file:/jobs/1/in/a: corrupt input packet in stream 0\n'),
    findDamage('[mov @ 0x1] [error] stream 0, offset 0x10190: partial file\n'),
    findDamage(
      '[hls @ 0x1] [error] Cannot use rename on non file protocol, this may lead to races and temporary partial files\n',
    ),
    findDamage('[libx264 @ 0x1] [warning] a corrupt word in a line of an encoder is none of it\n'),
    findDamage(''),
  ]).toMatchInlineSnapshot(`
    [
      "The source is damaged, which its pictures or sound may show (ffmpeg: error while decoding MB 5 0).",
      "The source is damaged, which its pictures or sound may show (ffmpeg: a: corrupt input packet in stream 0).",
      "The source is damaged, which its pictures or sound may show (ffmpeg: stream 0, offset 0x10190: partial file).",
      undefined,
      "The source is damaged, which its pictures or sound may show (ffmpeg: a corrupt word in a line of an encoder is none of it).",
      undefined,
    ]
  `);
});
