import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { verifyTranscode } from '@byoc/plugin-transcode/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHls } from '../../support/hls/check-hls.ts';
import { expectedCodec } from '../../support/hls/expected-codec.ts';
import { runCommand } from '../../support/run-command.ts';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { type RanJob, runJob, scratch } from './run-job.ts';

const { ffmpeg, ffprobe } = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
let film: string;
beforeAll(async () => {
  folder = await scratch();
  film = await makeSource(join(folder.path, 'film.mkv'), [
    ...[...picture('320x180', 25, 5), ...tone(5), ...tone(5)],
    ...['-f', 'lavfi', '-i', 'aevalsrc=0.3*sin(440*2*PI*t)|0.2*sin(220*2*PI*t)|0.1|0|0|0:d=5:s=48000:c=5.1'],
    ...['-map', '0', '-map', '1', '-map', '2', '-map', '3'],
    ...['-metadata:s:a:0', 'language=ger', '-metadata:s:a:1', 'language=eng', '-metadata:s:a:1', 'title=Commentary'],
    ...quick,
  ]);
});
afterAll(() => folder[Symbol.asyncDispose]());

type Stream = Record<string, unknown> & { tags?: Record<string, string> };

async function streamsOf(file: string): Promise<Stream[]> {
  const args = ['-v', 'error', '-count_packets', '-show_streams', '-of', 'json', file];
  const { stdout, stderr } = await runCommand(ffprobe ?? 'ffprobe', args);
  expect(stderr).toBe('');
  return JSON.parse(stdout).streams;
}

/** What a gateway would have been told about the files. */
async function partsOf({ out }: RanJob): Promise<{ name: string; sha256: string }[]> {
  const files = await readdir(out, { recursive: true, withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map((file) => relative(out, join(file.parentPath, file.name)));
  return names.map((name) => ({ name, sha256: '' }));
}

/** Every file that a result names is there, and is not empty. */
async function expectFiles({ output, out }: RanJob): Promise<void> {
  for (const [, name = ''] of JSON.stringify(output).matchAll(/"\$part":"([^"]*)"/g))
    expect((await stat(join(out, name))).size, name).toBeGreaterThan(0);
}

const hlsOf = ({ out }: RanJob, name = 'hls') => join(out, name, 'master.m3u8');
const small = [{ height: 180 }, { height: 90 }];

describe.skipIf(ffprobe === undefined)('HLS and DASH of one set of segments, with three sounds', () => {
  let job: RanJob;
  beforeAll(async () => {
    job = await runJob(folder.path, film, {
      ladder: small,
      audio: { codec: 'aac', channels: 6, tracks: 'all' },
      outputs: [
        { kind: 'hls', segmentSeconds: 2, soundAlone: true },
        { kind: 'dash' },
        { kind: 'mp4', renditions: 'largest' },
        { kind: 'audio', name: 'sounds' },
      ],
    });
  });

  it('breaks no rule of HLS', async () => {
    expect(await checkHls(hlsOf(job))).toEqual([]);
    await expectFiles(job);
  });

  it('names languages, labels and channels as the source does', async () => {
    const sounds = job.output.sounds.map(({ label, language, channels, codec }) => [label, language, channels, codec]);
    expect(sounds).toEqual([
      ['German', 'de', 1, 'mp4a.40.2'],
      ['Commentary', 'en', 1, 'mp4a.40.2'],
      ['Track 3', undefined, 6, 'mp4a.40.2'],
    ]);
    const master = await readFile(hlsOf(job), 'utf8');
    expect(master.match(/^#EXT-X-MEDIA.*$/gm)).toMatchInlineSnapshot(`
      [
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="German",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1",URI="audio/index.m3u8"",
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Commentary",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="1",URI="audio-2/index.m3u8"",
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Track 3",DEFAULT=NO,AUTOSELECT=NO,CHANNELS="6",URI="audio-3/index.m3u8"",
      ]
    `);
    expect(master.match(/^#EXT-X-STREAM-INF.*RESOLUTION.*\n.*$/gm)?.length).toBe(2);
    expect(master.match(/^#EXT-X-I-FRAME-STREAM-INF.*RESOLUTION=(\d+x\d+)/gm)?.length).toBe(2);
  });

  it('states of each sound what ffprobe finds in its files', async () => {
    for (const { playlist, file, channels, sampleRate, durationMs, codec } of job.output.sounds) {
      for (const part of [playlist, file]) {
        const [stream = {}] = await streamsOf(join(job.out, part?.$part ?? ''));
        expect(stream).toMatchObject({ codec_type: 'audio', channels, sample_rate: String(sampleRate) });
        expect(codec).toMatch(expectedCodec(stream));
        // AAC starts with 1024 samples that are not heard.
        expect(Math.abs(Number(stream['nb_read_packets']) * (1024 / sampleRate) * 1000 - durationMs)).toBeLessThan(22);
      }
    }
  });

  it('puts pictures and all sounds into one MP4 with its index first', async () => {
    const file = join(job.out, job.output.renditions[0]?.mp4?.$part ?? '');
    const streams = await streamsOf(file);
    expect(streams.map(({ codec_name, tags }) => [codec_name, tags?.['language']])).toEqual([
      ['h264', 'und'],
      ['aac', 'ger'],
      ['aac', 'eng'],
      ['aac', 'und'],
    ]);
    const bytes = await readFile(file);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(await readdir(join(job.out, 'sounds'))).toEqual(['audio-2.m4a', 'audio-3.m4a', 'audio.m4a']);
  });
});

it.skipIf(ffprobe === undefined)('has the checker see what is wrong', async () => {
  const { out } = await runJob(folder.path, film, {
    ladder: [{ height: 90 }],
    clip: { durationSeconds: 3 },
    outputs: [{ kind: 'hls', segmentSeconds: 2 }],
  });
  const copy = join(folder.path, 'wrong');
  await cp(join(out, 'hls'), copy, { recursive: true });
  const after = async (name: string, from: string | RegExp, to: string) => {
    const text = await readFile(join(out, 'hls', name), 'utf8');
    expect(text).toMatch(from);
    await writeFile(join(copy, name), text.replace(from, to));
    const problems = await checkHls(join(copy, 'master.m3u8'));
    await writeFile(join(copy, name), text);
    return problems;
  };
  const problems = [
    await after('90p/index.m3u8', '#EXTINF:2.000000', '#EXTINF:4.000000'),
    await after('90p/index.m3u8', '00000.m4s', '00001.m4s'),
    await after('master.m3u8', /avc1\.64\w\w/, 'avc1.42e0'),
    await after('master.m3u8', /BANDWIDTH=\d+/, 'BANDWIDTH=1000'),
    await after('master.m3u8', /RESOLUTION=\d+/, 'RESOLUTION=120'),
    await after('audio/index.m3u8', /TARGETDURATION:\d/, 'TARGETDURATION:3'),
    await after('90p/iframes.m3u8', /BYTERANGE:\d+@\d+/, 'BYTERANGE:9@0'),
  ];
  expect(problems.map((some) => some.map((one) => one.replaceAll(/\d{4,}(\.\d+)?/g, 'N')))).toMatchInlineSnapshot(`
    [
      [
        "90p/index.m3u8: N.m4s is longer than the target duration",
        "90p/index.m3u8: N.m4s lasts 2 s, not 4",
        "90p/index.m3u8: FRAME-RATE is 25.000, not 15",
        "90p/index.m3u8: AVERAGE-BANDWIDTH is N, not N",
      ],
      [
        "90p/index.m3u8: N.m4s lasts 1 s, not 2",
        "90p/index.m3u8: N.m4s starts at 2 s, and the one before ends at 3 s",
        "90p/index.m3u8: FRAME-RATE is 25.000, not 16.N",
        "90p/index.m3u8: AVERAGE-BANDWIDTH is N, not N",
      ],
      [
        "90p/index.m3u8: CODECS is avc1.42e00b,mp4a.40.2, and the streams are ^avc1\\.64[0-9a-f]{2}0b$, ^mp4a\\.40\\.2$",
      ],
      [
        "90p/index.m3u8: BANDWIDTH is N, not N",
      ],
      [
        "90p/index.m3u8: RESOLUTION is 120x90, not 160x90",
      ],
      [
        "the target durations differ: 2, 3",
      ],
      [
        "90p/iframes.m3u8: N.m4s is no keyframe",
        "90p/iframes.m3u8 has another codec",
      ],
    ]
  `);
});

describe.skipIf(ffprobe === undefined)('HLS of MPEG-TS', () => {
  const request = {
    ladder: small,
    clip: { durationSeconds: 4 },
    outputs: [{ kind: 'hls' as const, container: 'ts' as const, segmentSeconds: 2 }, { kind: 'mp4' as const }],
  };

  it('breaks no rule, states what is there, starts pictures and sound together, and can be counted', async () => {
    const job = await runJob(folder.path, film, request);
    expect(await checkHls(hlsOf(job))).toEqual([]);
    await expectFiles(job);
    expect([(await readdir(job.out)).sort(), await readdir(join(job.out, 'hls/90p'))]).toEqual([
      ['hls', 'mp4'],
      ['00000.ts', '00001.ts', 'index.m3u8'],
    ]);
    for (const { playlist, width, height, frames, durationMs, bytes } of job.output.renditions) {
      const part = join(job.out, playlist?.$part ?? '');
      const [stream = {}] = await streamsOf(part);
      expect(stream).toMatchObject({ codec_name: 'h264', width, height, nb_read_packets: String(frames) });
      expect([frames, durationMs]).toEqual([100, 4000]);
      const sizes = ['00000.ts', '00001.ts'].map(async (name) => (await stat(join(part, '..', name))).size);
      expect(bytes).toBe((await Promise.all(sizes)).reduce((sum, size) => sum + size));
      expect(Number(stream['start_time'])).toBeCloseTo(10, 3);
    }
    const [sound = {}] = await streamsOf(join(job.out, job.output.audio?.playlist?.$part ?? ''));
    expect(Number(sound['start_time'])).toBeCloseTo(10, 3);
    const proof = await verifyTranscode(
      { output: job.output, usage: { pixels: job.usage.at(-1) ?? 0n }, parts: await partsOf(job) },
      { directory: job.out },
    );
    expect(proof).toMatchObject({ matches: true, mismatches: [] });
  });

  it('refuses what old devices can not play, and DASH beside it', async () => {
    const audio = runJob(folder.path, film, { ...request, audio: { codec: 'opus' } });
    await expect(audio).rejects.toThrow("MPEG-TS segments can't hold `opus` here");
    const dash = runJob(folder.path, film, { ...request, outputs: [...request.outputs, { kind: 'dash' }] });
    await expect(dash).rejects.toThrow('DASH needs fMP4 segments');
  });
});

describe.skipIf(ffprobe === undefined)('loudness and other sound codecs', () => {
  it('brings a track to the target, and says how loud it was and is', async () => {
    const job = await runJob(folder.path, film, {
      ladder: 'none',
      audio: { codec: 'aac', loudness: { integrated: -16 } },
      outputs: [{ kind: 'audio' }],
    });
    expect(await readdir(job.out)).toEqual(['audio']);
    const { loudness, file } = job.output.audio ?? {};
    expect(loudness?.result.integrated).toBeCloseTo(-16, 0);
    expect(loudness?.result.truePeak).toBeLessThan(-0.9);
    // By another filter than the one that did it.
    const measure = async (path: string) => {
      const args = ['-hide_banner', '-nostats', '-i', path, '-map', '0:a:0', '-af', 'ebur128', '-f', 'null', '-'];
      const { stderr } = await runCommand(ffmpeg.path, args);
      return Number(/Integrated loudness:\s+I:\s+(-?[\d.]+) LUFS/.exec(stderr)?.[1]);
    };
    expect(loudness?.source.integrated).toBeCloseTo(await measure(film), 0);
    expect(loudness?.result.integrated).toBeCloseTo(await measure(join(job.out, file?.$part ?? '')), 0);
  });

  it('makes opus and copies, as HLS of sound alone, of a source without pictures too', async () => {
    const song = await makeSource(join(folder.path, 'song.mkv'), [...tone(3), '-c:a', 'libopus']);
    const codecs = [];
    for (const audio of [{ codec: 'opus' as const, bitrate: 64_000 }, { codec: 'copy' as const }]) {
      const job = await runJob(folder.path, song, {
        ladder: 'none',
        audio,
        outputs: [{ kind: 'hls' }, { kind: 'dash' }],
      });
      expect(await checkHls(hlsOf(job))).toEqual([]);
      const [stream = {}] = await streamsOf(join(job.out, job.output.audio?.playlist?.$part ?? ''));
      const { codec, channels, sampleRate } = job.output.audio ?? {};
      expect(stream).toMatchObject({ codec_name: codec, channels, sample_rate: String(sampleRate) });
      codecs.push([codec, job.output.usage.pixels, job.output.source.video]);
    }
    expect(codecs).toEqual([
      ['opus', '0', undefined],
      ['opus', '0', undefined],
    ]);
  });

  it('does not normalize silence, and says so; refuses tracks that are not there', async () => {
    const silence = await makeSource(join(folder.path, 'silence.mkv'), [
      '-f',
      'lavfi',
      '-i',
      'anullsrc=d=1',
      '-c:a',
      'aac',
    ]);
    const outputs = [{ kind: 'audio' as const }];
    const { output } = await runJob(folder.path, silence, { outputs, audio: { codec: 'aac', loudness: {} } });
    expect(output.warnings).toEqual(['The sound Main was not normalized: it is silent.']);
    const missing = runJob(folder.path, silence, { outputs, audio: { codec: 'aac', tracks: [{ track: 1 }] } });
    await expect(missing).rejects.toThrow('The source has 1 sound tracks, and track 1 is not among them');
    const video = runJob(folder.path, silence, {});
    await expect(video).rejects.toThrow('has no moving pictures');
  });
});
