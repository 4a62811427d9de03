import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError } from '@byoc/core';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { runJob, scratch } from './run-job.ts';

let folder: Awaited<ReturnType<typeof scratch>>;
let good: Buffer;
beforeAll(async () => {
  folder = await scratch();
  good = await readFile(await makeSource(join(folder.path, 'good.mp4'), [...picture('320x180', 25, 4), ...quick]));
});
afterAll(() => folder[Symbol.asyncDispose]());

const files: [string, () => Buffer | string, string][] = [
  ['empty', () => '', 'source-empty'],
  ['random bytes', () => randomBytes(20_000), 'source-'],
  ['text', () => 'hello', 'source-'],
  ['cut off before its index', () => good.subarray(0, 20_000), 'source-truncated'],
  [
    'a playlist that names a local file',
    () => '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\ngood.mp4\n',
    'source-format-refused',
  ],
  ['a concat script', () => 'ffconcat version 1.0\nfile good.mp4\n', 'source-format-refused'],
  [
    'a session description',
    () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5000 RTP/AVP 96\n',
    'source-',
  ],
];

const npm = join(
  import.meta.dirname,
  '../../../node_modules/@ffmpeg-installer',
  `${process.platform}-${process.arch}`,
  'ffmpeg',
);
const builds: [string, string][] = [
  ['the ffmpeg found', (await findFfmpeg()).ffmpeg.path],
  ['the npm build', npm],
];

describe.each(builds)('with %s', (_build, ffmpegPath) => {
  it.each(files)('refuses a source that is %s', async (name, content, reason) => {
    const source = join(folder.path, `bad ${name}`);
    await writeFile(source, content());
    const error = await runJob(folder.path, source, {}, { plugin: { ffmpegPath } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ByocError);
    expect((error as ByocError<'JOB_FAILED'>).facts).toMatchObject({
      reason: expect.stringContaining(reason),
      recovery: 'fix-request',
    });
  });

  it('refuses sound without pictures', async () => {
    const source = await makeSource(join(folder.path, 'sound.m4a'), [...tone(1), '-c:a', 'aac']);
    await expect(runJob(folder.path, source, {}, { plugin: { ffmpegPath } })).rejects.toThrow('has no moving pictures');
  });

  it('transcodes, measures and says which build did it', async () => {
    const { output } = await runJob(
      folder.path,
      join(folder.path, 'good.mp4'),
      { outputs: [{ kind: 'hls' }, { kind: 'mp4' }, { kind: 'thumbnails' }], quality: { psnr: true } },
      { plugin: { ffmpegPath } },
    );
    expect(output).toMatchObject({
      ffmpeg: { origin: 'option' },
      source: { durationMs: 4000, video: { width: 320, height: 180, frameRate: 25 } },
    });
    expect(output.renditions[0]).toMatchObject({ frames: 100, width: 320, height: 180 });
    expect(output.renditions[0]?.psnr).toBeGreaterThan(30);
  });
});

it('says when a source ends before it promised to', async () => {
  const whole = await readFile(
    await makeSource(join(folder.path, 'fast.mp4'), [
      ...picture('320x180', 25, 4),
      ...quick,
      '-movflags',
      '+faststart',
    ]),
  );
  const source = join(folder.path, 'half.mp4');
  await writeFile(source, whole.subarray(0, Math.floor(whole.length / 2)));
  const { output } = await runJob(folder.path, source, {});
  expect(output.renditions[0]?.frames).toBeLessThan(80);
  expect(output.warnings.join()).toContain('could be decoded');
});

it('refuses what is over a limit, with the number', async () => {
  const limits = { maxSeconds: 2 };
  await expect(runJob(folder.path, join(folder.path, 'good.mp4'), {}, { plugin: { limits } })).rejects.toThrow(
    'The job has 4 seconds; at most 2 are allowed here.',
  );
});

it('says that ffmpeg is missing', async () => {
  await expect(findFfmpeg({ path: join(folder.path, 'no-such-ffmpeg') })).rejects.toThrow('does not start');
});
