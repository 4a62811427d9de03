import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { createTranscodePlugin } from '@byoc/plugin-transcode/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHls } from '../../support/hls/check-hls.ts';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { probeFile } from './read-pictures.ts';
import { type RanJob, runJob as runFresh, scratch } from './run-job.ts';

const { ffprobe } = await findFfmpeg();
// One for all: encoders are tested once.
const plugin = createTranscodePlugin();
const runJob = (...[path, source, input, options]: Parameters<typeof runFresh>) =>
  runFresh(path, source, input, { plugin, ...options });
let folder: Awaited<ReturnType<typeof scratch>>;
let film: string;
const at = (name: string) => join(folder.path, name);
const SRT = `1
00:00:00,500 --> 00:00:01,500
Grüße & <i>Küsse</i>

2
00:00:01,800 --> 00:00:04,400
zwei
Zeilen
`;

beforeAll(async () => {
  folder = await scratch();
  await writeFile(at('de.srt'), SRT);
  await writeFile(at('en.srt'), SRT.replace(/Grüße.*/, 'Regards').replace('zwei\nZeilen', 'two lines'));
  await writeFile(at('bitmap.sup'), Buffer.from('50470000000000000000800000', 'hex'));
  // Sound that starts with the pictures: AAC starts a little earlier, and with it the clock.
  film = await makeSource(at('film.mkv'), [
    ...[...picture('160x90', 10, 5), ...tone(5), '-i', at('de.srt'), '-i', at('en.srt'), '-i', at('bitmap.sup')],
    ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', '-map', '4', ...quick, '-c:a', 'pcm_s16le'],
    ...['-c:s:0', 'srt', '-c:s:1', 'ass', '-c:s:2', 'copy'],
    ...['-metadata:s:s:0', 'language=ger', '-metadata:s:s:1', 'language=eng', '-disposition:s:1', 'forced'],
  ]);
});
afterAll(() => folder[Symbol.asyncDispose]());

const read = ({ out }: RanJob, name: string) => readFile(join(out, name), 'utf8');

describe.skipIf(ffprobe === undefined)('subtitles of the source', () => {
  let job: RanJob;
  beforeAll(async () => {
    job = await runJob(folder.path, film, {
      ladder: [{ height: 90 }],
      outputs: [{ kind: 'hls', segmentSeconds: 2 }, { kind: 'dash' }, { kind: 'mp4' }, { kind: 'subtitles' }],
    });
  });

  it('are segments of WebVTT that break no rule of HLS', async () => {
    expect(await checkHls(join(job.out, 'hls/master.m3u8'))).toEqual([]);
    expect(job.output.warnings).toEqual([
      'Subtitle track 2 (hdmv_pgs_subtitle) is made of pictures, not of text: it was left out.',
    ]);
    const master = await read(job, 'hls/master.m3u8');
    expect(master.match(/^#EXT-X-MEDIA:TYPE=SUBTITLES.*$/gm)).toEqual([
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="German",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="text/index.m3u8"',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=YES,URI="text-2/index.m3u8"',
    ]);
    expect(master).toMatch(/^#EXT-X-STREAM-INF.*,SUBTITLES="subtitles"$/m);
    // Two cues in the first segment, the second one again in those that it goes on in.
    expect(await read(job, 'hls/text/00001.vtt')).toBe(
      'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n00:00:01.800 --> 00:00:04.400\nzwei\nZeilen\n',
    );
  });

  it.each([
    ['text/00000.vtt', 'MPEGTS:0', 'MPEGTS:90000', 'is 1 s off the pictures'],
    ['text/00001.vtt', /\n00:00:01.800(.|\n)*/, '', '00002.vtt has a cue that the segment before lacks'],
    ['text/00000.vtt', 'WEBVTT', 'WEBVT', 'is no WebVTT'],
    ['text/index.m3u8', /#EXTINF.*\n00002.*\n/, '', 'lasts 4 s, and the pictures 5 s'],
    ['master.m3u8', 'GROUP-ID="subtitles"', 'GROUP-ID="others"', 'has two names'],
  ])('are held to the rules by a checker that sees what is wrong: %s', async (name, from, to, problem) => {
    const file = join(job.out, 'hls', name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(from, to));
    const problems = await checkHls(join(job.out, 'hls/master.m3u8'));
    await writeFile(file, text);
    expect(problems.join('\n')).toContain(problem);
  });

  it('are one file each for DASH and by themselves', async () => {
    const whole =
      'WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nGrüße &amp; <i>Küsse</i>\n\n00:00:01.800 --> 00:00:04.400\nzwei\nZeilen\n';
    expect(await read(job, 'subtitles/text.vtt')).toBe(whole);
    const manifest = await read(job, 'dash/manifest.mpd');
    const sets = manifest.match(/<AdaptationSet id="\d+" contentType="text"[\s\S]*?<\/AdaptationSet>/g);
    expect(sets?.[1]?.replaceAll(/ bandwidth="\d+"/g, '')).toMatchInlineSnapshot(`
      "<AdaptationSet id="2" contentType="text" mimeType="text/vtt" lang="en">
            <Role schemeIdUri="urn:mpeg:dash:role:2011" value="forced-subtitle"/>
            <Label>English</Label>
            <Representation id="text-2">
              <BaseURL>../hls/text-2/text.vtt</BaseURL>
            </Representation>
          </AdaptationSet>"
    `);
    expect(await read(job, 'hls/text/text.vtt')).toBe(whole);
    expect(job.output.subtitles).toEqual([
      {
        ...{ label: 'German', language: 'de', forced: false, default: false, cues: 2 },
        playlist: { $part: 'hls/text/index.m3u8', mediaType: 'application/vnd.apple.mpegurl' },
        file: { $part: 'subtitles/text.vtt', mediaType: 'text/vtt' },
      },
      expect.objectContaining({ label: 'English', forced: true, cues: 2 }),
    ]);
  });

  it('are timed text in MP4', async () => {
    const { streams } = await probeFile(
      ...([join(job.out, 'mp4/90p.mp4'), '-select_streams', 's', '-show_entries'] as const),
      'stream=codec_name:stream_tags=language:stream_disposition=forced',
    );
    expect(streams).toEqual([
      { codec_name: 'mov_text', disposition: { forced: 0 }, tags: { language: 'ger' } },
      { codec_name: 'mov_text', disposition: { forced: 1 }, tags: { language: 'eng' } },
    ]);
  });
});

describe.skipIf(ffprobe === undefined)('subtitles in files', () => {
  const formats: [string, string | Buffer][] = [
    ['SRT', SRT],
    ['SRT in UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(SRT, 'utf16le')])],
    ['WebVTT', `WEBVTT\n\n${SRT.replaceAll(/(\d),(\d)/g, '$1.$2')}`],
    [
      'ASS',
      '[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n' +
        'Dialogue: 0,0:00:00.50,0:00:01.50,Default,,0,0,0,,Grüße & {\\i1}Küsse{\\i0}\nDialogue: 0,0:00:01.80,0:00:04.40,Default,,0,0,0,,zwei\\NZeilen\n',
    ],
  ];
  it.each(formats)('%s comes out as WebVTT, in the time of a clip, beside MPEG-TS too', async (name, text) => {
    const file = at(`${name}.text`);
    await writeFile(file, text);
    const job = await runJob(
      folder.path,
      film,
      {
        ladder: [{ height: 90 }],
        clip: { startSeconds: 1, durationSeconds: 3 },
        outputs: [{ kind: 'hls', container: 'ts', segmentSeconds: 2 }, { kind: 'subtitles' }],
        subtitles: { tracks: 'none', files: [{ file: { $part: 'words' }, language: 'de', default: true }] },
      },
      { files: { words: file } },
    );
    expect(await checkHls(join(job.out, 'hls/master.m3u8'))).toEqual([]);
    expect(await read(job, 'subtitles/text.vtt')).toBe(
      'WEBVTT\n\n00:00:00.000 --> 00:00:00.500\nGrüße &amp; <i>Küsse</i>\n\n00:00:00.800 --> 00:00:03.000\nzwei\nZeilen\n',
    );
    expect(await read(job, 'hls/text/00000.vtt')).toContain('MPEGTS:900000,');
    expect(await read(job, 'hls/master.m3u8')).toContain(
      'NAME="German",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO',
    );
  });

  it.each([
    ['no text at all', Buffer.from([0, 1, 2, 255, 254, 0, 7]), 'not written in UTF-8'],
    ['Latin 1', Buffer.from(SRT, 'latin1'), 'not written in UTF-8'],
    ['a playlist', '#EXTM3U\n#EXTINF:5,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n', "can't be read"],
    ['a concat script', "ffconcat version 1.0\nfile '/etc/hostname'\n", "can't be read"],
    ['a film', undefined, 'not written in UTF-8'],
    ['nothing', '', "can't be read"],
    ['WebVTT without cues', 'WEBVTT\n\nNOTE nothing\n', 'it has no text with times'],
  ])('refuses %s', async (_, content, words) => {
    const file = content === undefined ? film : at('bad.srt');
    if (content !== undefined) await writeFile(file, content);
    const request = { outputs: [{ kind: 'hls' as const }], subtitles: { files: [{ file: { $part: 'words' } }] } };
    const job = runJob(folder.path, film, request, { files: { words: file } });
    await expect(job).rejects.toMatchObject({
      code: 'JOB_FAILED',
      message: expect.stringContaining(words),
      facts: { reason: 'subtitles-unreadable', recovery: 'fix-request' },
    });
  });
});
