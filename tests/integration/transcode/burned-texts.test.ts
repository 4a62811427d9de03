import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSource, quick } from './make-source.ts';
import { plain, renderPicture } from './render-picture.ts';
import { scratch } from './run-job.ts';

const { ffmpeg, ffprobe } = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
const at = (name: string) => join(folder.path, name);
beforeAll(async () => {
  folder = await scratch();
  await makeSource(at('red.mp4'), [...plain('red', '160x96'), ...quick, '-crf', '1']);
});
afterAll(() => folder[Symbol.asyncDispose]());

/** How much of a part of a picture is not as the rest: from a grey copy of it. */
function inked(file: string, second: number, area: { x: number; y: number; width: number; height: number }): number {
  const { x, y, width, height } = area;
  const filter = `crop=${width}:${height}:${x}:${y},format=gray`;
  const args = [
    '-v',
    'error',
    '-ss',
    String(second),
    '-i',
    file,
    '-vf',
    filter,
    '-frames:v',
    '1',
    '-f',
    'rawvideo',
    '-',
  ];
  const bytes = execFileSync(ffmpeg.path, args);
  const usual = bytes[0] as number;
  return bytes.filter((byte) => Math.abs(byte - usual) > 40).length / bytes.length;
}

describe.skipIf(ffprobe === undefined)('texts', () => {
  const bottom = { x: 0, y: 70, width: 160, height: 26 };

  it.each([
    'plain',
    "'; rm -rf / ; [v0]drawtext=text=x:textfile=/etc/passwd",
    '%{pts} %{eif:1+1:d} %{metadata:x} \\\\ \\n \\\' : , ; [a] = " $(touch pwned)',
    'Grüße — 日本 ✓\nsecond line',
    '-filter_complex\n-i /etc/passwd',
  ])('are drawn as they are: %j', async (text) => {
    const { file, output } = await renderPicture(folder.path, at('red.mp4'), {
      picture: { texts: [{ text, size: 0.1, box: {} }] },
      quality: { psnr: true },
    });
    expect(inked(file, 0.5, bottom)).toBeGreaterThan(0.01);
    expect(inked(file, 0.5, { x: 0, y: 0, width: 160, height: 40 })).toBe(0);
    // What it is compared with has the same text.
    expect(output.renditions[0]?.psnr).toBeGreaterThan(40);
  });

  it('tell the time of the source or of the result', async () => {
    const source = await makeSource(at('long.mp4'), [...plain('black', '320x96', 3), ...quick]);
    const clip = { startSeconds: 1, durationSeconds: 2 };
    const clock = async (which: 'source' | 'output') => {
      const texts = [{ clock: which, font: 'mono' as const, size: 0.3, position: 'centre' as const }];
      return (await renderPicture(folder.path, source, { clip, picture: { texts } })).file;
    };
    const [ofSource, ofOutput] = [await clock('source'), await clock('output')];
    const pixels = (file: string, second: number) =>
      execFileSync(ffmpeg.path, [
        ...[
          '-v',
          'error',
          '-ss',
          String(second),
          '-i',
          file,
          '-frames:v',
          '1',
          '-vf',
          'format=gray',
          '-f',
          'rawvideo',
          '-',
        ],
      ]);
    const difference = (one: Buffer, other: Buffer) =>
      one.filter((byte, n) => Math.abs(byte - (other[n] as number)) > 60).length;
    // One second later in the result is the same second of the source.
    expect(difference(pixels(ofSource, 0), pixels(ofOutput, 1))).toBeLessThan(30);
    expect(difference(pixels(ofSource, 0), pixels(ofOutput, 0))).toBeGreaterThan(30);
  });

  it('can be subtitles, of the source or a file, in the time of a clip', async () => {
    const srt = at('burn.srt');
    await writeFile(srt, '1\n00:00:01,400 --> 00:00:01,800\nMMMMM\n');
    const source = await makeSource(at('spoken.mkv'), [
      ...[...plain('black', '160x96', 3), '-i', srt, '-map', '0', '-map', '1', ...quick, '-c:s', 'srt'],
    ]);
    const clip = { startSeconds: 1, durationSeconds: 2 };
    for (const burnedSubtitles of [{ track: 0 }, { file: { $part: 'words' } }]) {
      const { file, output } = await renderPicture(
        folder.path,
        source,
        { clip, picture: { burnedSubtitles } },
        { words: srt },
      );
      const shown = [0.2, 0.6, 1].map((second) => inked(file, second, { x: 0, y: 48, width: 160, height: 48 }) > 0.002);
      expect(shown).toEqual([false, true, false]);
      expect(output.warnings).toEqual(['Rendition whole is 160x96: the source has no more.']);
    }
  });

  it('are refused where there is nothing to draw on', async () => {
    const input = { picture: { texts: [{ text: 'x' }] }, outputs: [{ kind: 'thumbnails' as const }] };
    await expect(renderPicture(folder.path, at('red.mp4'), input)).rejects.toMatchObject({
      facts: { reason: 'nothing-to-draw-on' },
    });
  });
});
