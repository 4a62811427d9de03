import { expect, it } from 'vitest';
import { clipCues, writeVtt } from '../packaging/write-vtt.ts';
import { parseVtt } from './parse-vtt.ts';

const cue = (start: number, end: number, text: string, settings = '') => ({ start, end, text, settings });

it('reads times, settings and texts, with empty lines in a text and names above the times', () => {
  const text = [
    ...['WEBVTT', '', '00:00.500 --> 00:01.500 align:start', 'one', '', 'after a gap', ''],
    ...['01:00:02.000 --> 01:00:03.000', 'two', '', 'name', '01:00:04.000 --> 01:00:05.000', 'three', ''],
    ...['00:09.000 --> 00:09.000', 'never', ''],
  ].join('\n');
  expect(parseVtt(text)).toEqual([
    cue(0.5, 1.5, 'one\nafter a gap', 'align:start'),
    cue(3602, 3603, 'two'),
    cue(3604, 3605, 'three'),
  ]);
  expect(parseVtt(text.replaceAll('\n', '\r\n'))).toEqual(parseVtt(text));
  expect([parseVtt(''), parseVtt('WEBVTT\n'), parseVtt('no times')]).toEqual([[], [], []]);
});

it('writes what it reads', () => {
  const cues = [cue(0, 1.25, 'one\ntwo', 'line:0'), cue(3599.999, 7200, '<i>x</i>')];
  expect(writeVtt(cues)).toMatchInlineSnapshot(`
    "WEBVTT

    00:00:00.000 --> 00:00:01.250 line:0
    one
    two

    00:59:59.999 --> 02:00:00.000
    <i>x</i>
    "
  `);
  expect(parseVtt(writeVtt(cues))).toEqual(cues);
  expect(writeVtt([], { mpegTs: 900_000 })).toBe('WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n');
});

it.each([
  ['a < b && c > d', 'a &lt; b &amp;&amp; c > d'],
  ['<b>bold</b> <c.red>x</c> <v Roger>hi', '<b>bold</b> <c.red>x</c> <v Roger>hi'],
  ['&amp; &lt; &#38;', '&amp; &lt; &#38;'],
  ['<script>alert(1)</script>', '&lt;script>alert(1)&lt;/script>'],
  ['<00:01.000>sung', '<00:01.000>sung'],
  ['1 --> 2', '1 --&gt; 2'],
])('shows all of %j', (text, written) => {
  expect(
    writeVtt([cue(0, 1, text)])
      .split('\n')
      .slice(3, 4),
  ).toEqual([written]);
});

it('cuts to a clip', () => {
  const cues = [
    cue(0, 2, 'before'),
    cue(1, 4, 'over the start'),
    cue(5, 6, 'in'),
    cue(7, 99, 'over the end'),
    cue(9, 10, 'after'),
  ];
  expect(clipCues(cues, 2, 6)).toEqual([cue(0, 2, 'over the start'), cue(3, 4, 'in'), cue(5, 6, 'over the end')]);
});
