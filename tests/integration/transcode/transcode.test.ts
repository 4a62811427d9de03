import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/run-command.ts';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { type RanJob, runJob, scratch } from './run-job.ts';

const found = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  folder = await scratch();
});
afterAll(() => folder[Symbol.asyncDispose]());

const at = (name: string) => join(folder.path, name);

async function probe(
  file: string,
  ...entries: string[]
): Promise<{ streams: Record<string, unknown>[]; packets: Record<string, string>[] }> {
  const result = await runCommand(found.ffprobe ?? 'ffprobe', ['-v', 'error', '-of', 'json', ...entries, file]);
  return JSON.parse(result.stdout);
}

describe.skipIf(found.ffprobe === undefined)('a ladder with sound, MP4 files and thumbnails', () => {
  let job: RanJob;
  beforeAll(async () => {
    const source = await makeSource(at('hd.mp4'), [...picture('1920x1080', 30, 5), ...tone(5), ...quick]);
    job = await runJob(
      folder.path,
      source,
      {
        outputs: [
          { kind: 'hls', segmentSeconds: 2 },
          { kind: 'mp4' },
          { kind: 'thumbnails', everySeconds: 1, columns: 3, rows: 1 },
        ],
        quality: { psnr: true },
      },
      {},
    );
  });

  it('states sizes, frames, durations and codecs that ffprobe agrees with', async () => {
    expect(job.output.renditions.map(({ name, width, height, frames }) => [name, width, height, frames])).toEqual([
      ['1080p', 1920, 1080, 150],
      ['720p', 1280, 720, 150],
      ['480p', 854, 480, 150],
      ['360p', 640, 360, 150],
    ]);
    for (const rendition of job.output.renditions) {
      for (const file of [rendition.playlist?.$part, rendition.mp4?.$part]) {
        const { streams } = await probe(join(job.out, file ?? ''), '-count_packets', '-show_streams');
        const [video] = streams;
        expect(video).toMatchObject({
          codec_name: 'h264',
          width: rendition.width,
          height: rendition.height,
          nb_read_packets: String(rendition.frames),
          avg_frame_rate: '30/1',
          sample_aspect_ratio: '1:1',
        });
        const { profile, level } = video as { profile: string; level: number };
        expect([profile, rendition.codec]).toEqual(['High', `avc1.6400${level.toString(16).padStart(2, '0')}`]);
      }
      expect(rendition.durationMs).toBeCloseTo(5000, 1);
      expect(rendition.psnr).toBeGreaterThan(30);
    }
  });

  it('cuts every rendition at the same keyframes', async () => {
    const keyframes = async (playlist: string) => {
      const { packets } = await probe(
        join(job.out, playlist),
        '-select_streams',
        'v:0',
        '-show_entries',
        'packet=pts_time,flags',
      );
      return packets
        .filter(({ flags }) => flags?.startsWith('K'))
        .map(({ pts_time }) => Number(pts_time))
        .map((time, _, all) => Number((time - (all[0] ?? 0)).toFixed(6)));
    };
    for (const { playlist } of job.output.renditions) expect(await keyframes(playlist?.$part ?? '')).toEqual([0, 2, 4]);
  });

  it('counts pixels exactly, and never counts back', () => {
    const pixels = job.output.renditions.reduce((sum, { width, height, frames }) => sum + width * height * frames, 0);
    expect(job.output.usage.pixels).toBe(String(pixels));
    expect(job.usage.at(-1)).toBe(BigInt(pixels));
    expect(job.usage).toEqual([...job.usage].sort((a, b) => Number(a - b)));
  });

  it('writes a master playlist whose bandwidth covers every segment', async () => {
    const master = await readFile(join(job.out, 'hls/master.m3u8'), 'utf8');
    expect(master.match(/RESOLUTION=\d+x\d+(?=,.*FRAME-RATE)/g)).toEqual([
      'RESOLUTION=1920x1080',
      'RESOLUTION=1280x720',
      'RESOLUTION=854x480',
      'RESOLUTION=640x360',
    ]);
    expect(master).toContain('URI="audio/index.m3u8"');
    expect(job.stages).toEqual(['probe', 'encode', 'verify', 'package', 'measure']);
  });

  it('makes sheets and a track that points into them', async () => {
    const track = await readFile(join(job.out, 'thumbnails/thumbnails.vtt'), 'utf8');
    expect(track.match(/^\S+#xywh=.*$/gm)).toEqual([
      'sprite-0001.jpg#xywh=0,0,160,90',
      'sprite-0001.jpg#xywh=160,0,160,90',
      'sprite-0001.jpg#xywh=320,0,160,90',
      'sprite-0002.jpg#xywh=0,0,160,90',
      'sprite-0002.jpg#xywh=160,0,160,90',
    ]);
    const { streams } = await probe(join(job.out, 'thumbnails/sprite-0001.jpg'), '-show_streams');
    expect(streams[0]).toMatchObject({ width: 480, height: 90 });
    expect(await readdir(job.out)).toEqual(expect.arrayContaining(['hls', 'mp4', 'thumbnails']));
  });
});

describe('sources of every shape', () => {
  const shapes: [string, () => string[], object][] = [
    ['no sound', () => [...picture('320x180', 25, 1), ...quick], { width: 320, height: 180, frames: 25 }],
    [
      'odd sides',
      () => [...picture('321x241', 25, 1), '-c:v', 'libx264', '-pix_fmt', 'yuv444p'],
      { width: 320, height: 240, frames: 25 },
    ],
    ['portrait', () => [...picture('180x320', 25, 1), ...quick], { width: 180, height: 320, frames: 25 }],
    [
      'wide pixels',
      () => [...picture('180x180', 25, 1), '-vf', 'setsar=2', ...quick],
      { width: 360, height: 180, frames: 25 },
    ],
    [
      'one picture',
      () => [...picture('320x180', 25, 1), '-frames:v', '1', ...quick],
      { width: 320, height: 180, frames: 1 },
    ],
    [
      '29.97 frames a second',
      () => ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30000/1001:duration=2', ...quick],
      { frames: 60 },
    ],
  ];
  it.each(shapes)('%s', async (name, args, expected) => {
    const source = await makeSource(at(`${name.replaceAll(' ', '-')}.mkv`), args());
    const { output } = await runJob(folder.path, source, {});
    expect(output.renditions.at(0)).toMatchObject(expected);
    expect(output.audio).toBeUndefined();
  });

  it('thumbnails alone cost no pixels', async () => {
    const source = await makeSource(at('thumbs.mp4'), [...picture('320x180', 25, 3), ...quick]);
    const { output } = await runJob(folder.path, source, { outputs: [{ kind: 'thumbnails', everySeconds: 1 }] });
    expect([output.usage.pixels, output.outputs[0]]).toMatchObject(['0', { pictures: 3 }]);
  });

  it('MP4 alone leaves no segments', async () => {
    const source = await makeSource(at('mp4.mp4'), [...picture('320x180', 25, 2), ...tone(2), ...quick]);
    const { out, output } = await runJob(folder.path, source, {
      outputs: [{ kind: 'mp4' }],
      clip: { startSeconds: 0.5, durationSeconds: 1 },
    });
    expect([await readdir(out), output.renditions[0]?.frames]).toEqual([['mp4'], 25]);
  });
});

it('ends ffmpeg and leaves nothing when it is cancelled', async () => {
  const source = await makeSource(at('cancel.mp4'), [...picture('1280x720', 30, 20), ...quick]);
  const cancel = new AbortController();
  const job = runJob(
    folder.path,
    source,
    {},
    { signal: cancel.signal, onProgress: () => cancel.abort(new Error('stopped by the test')) },
  );
  // runJob itself refuses folders that are not empty after a failure.
  await expect(job).rejects.toThrow('stopped by the test');
  const running = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  expect(running).not.toContain(source);
});
