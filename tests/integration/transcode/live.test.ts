import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LiveJob, makeSegments, startLiveJob } from './live-job.ts';
import { decodedFrames, packets, sequences, small } from './live-output.ts';
import { scratch } from './run-job.ts';

const found = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  folder = await scratch();
});
afterAll(() => folder[Symbol.asyncDispose]());

describe.skipIf(found.ffprobe === undefined).each(['ts', 'mp4'] as const)('a stream of %s segments', (container) => {
  let job: LiveJob;
  beforeAll(async () => {
    const segments = await makeSegments(folder.path, { count: 4, container });
    job = await startLiveJob(folder.path, { ...small, playlistSegments: 3 });
    if (container === 'mp4') job.sendPart('init.mp4', segments.shift() as Buffer);
    for (const [at, bytes] of segments.entries()) job.send(at, bytes, { container });
    job.end();
    await job.result;
  });
  afterAll(() => job[Symbol.asyncDispose]());

  it('comes out segment by segment, with every picture and a keyframe at each start only', async () => {
    expect(sequences(job)).toEqual([0, 1, 2, 3]);
    for (const name of ['high', 'low']) {
      const all = await packets(folder.path, job, name);
      expect(all).toHaveLength(240);
      expect(all.flatMap(({ key }, at) => (key ? [at] : []))).toEqual([0, 60, 120, 180]);
      for (const [at, { pts }] of all.entries()) expect(pts).toBeCloseTo(1 + at / 30, 3);
      expect(await decodedFrames(folder.path, job, name)).toEqual({ frames: 240, errors: '' });
    }
  });

  it('keeps the sound as it is, seamless, and with the pictures', async () => {
    const sound = await packets(folder.path, job, 'audio');
    const start = sound[0]?.pts ?? 0;
    for (const [at, { pts }] of sound.entries()) expect(pts).toBeCloseTo(start + (at * 1024) / 48_000, 3);
    expect(Math.abs((sound[0]?.pts ?? 0) - 1)).toBeLessThan(0.07);
    expect(sound.length).toBeGreaterThan(370);
  });

  it('counts the pixels that went out, never back', async () => {
    const output = await job.result;
    const pixels = 240 * (320 * 180 + 160 * 90);
    expect(output.usage.pixels).toBe(String(pixels));
    expect(job.usage.at(-1)).toBe(BigInt(pixels));
    expect(output).toMatchObject({ segments: 4, gaps: 0, encoderRestarts: 0, durationMs: 8000 });
    expect(output.renditions.map(({ name, width, height, frames }) => [name, width, height, frames])).toEqual([
      ['high', 320, 180, 240],
      ['low', 160, 90, 240],
    ]);
  });

  it('moves the playlists and ends them', () => {
    expect(job.playlists.get('high/index.m3u8')).toBe(
      [
        ...[
          '#EXTM3U',
          '#EXT-X-VERSION:8',
          '#EXT-X-TARGETDURATION:2',
          '#EXT-X-MEDIA-SEQUENCE:1',
          '#EXT-X-INDEPENDENT-SEGMENTS',
        ],
        ...[
          '#EXT-X-MAP:URI="init-1.mp4"',
          '#EXTINF:2.00000,',
          'segment-000001.m4s',
          '#EXTINF:2.00000,',
          'segment-000002.m4s',
        ],
        ...['#EXTINF:2.00000,', 'segment-000003.m4s', '#EXT-X-ENDLIST', ''],
      ].join('\n'),
    );
    const master = job.playlists.get('master.m3u8') ?? '';
    expect(master).toContain('RESOLUTION=320x180');
    expect(master).toContain('mp4a.40.2');
  });

  it('tells the latency of each segment', () => {
    for (const event of job.events) {
      if (event.type !== 'segment') continue;
      expect(event.encodeMs).toBeGreaterThan(0);
      expect(event.latencyMs).toBeGreaterThanOrEqual(event.encodeMs);
    }
  });
});

describe.skipIf(found.ffprobe === undefined)('segments of another length', () => {
  it.each([
    [1, 'ts'],
    [10, 'mp4'],
  ] as const)('of %d s come out as long as they went in', async (seconds, container) => {
    const segments = await makeSegments(folder.path, { count: 3, seconds, container, size: '160x90', rate: 10 });
    await using job = await startLiveJob(folder.path, { ladder: [{ name: 'only', height: 90 }] });
    if (container === 'mp4') job.sendPart('init.mp4', segments.shift() as Buffer);
    for (const [at, bytes] of segments.entries()) job.send(at, bytes, { container });
    job.end();
    expect(await job.result).toMatchObject({ segments: 3, gaps: 0, durationMs: 3000 * seconds });
    const playlist = job.playlists.get('only/index.m3u8') ?? '';
    expect(playlist).toContain(`#EXT-X-TARGETDURATION:${seconds}\n`);
    expect(playlist.match(/#EXTINF:.*/g)).toEqual(Array(3).fill(`#EXTINF:${seconds.toFixed(5)},`));
    expect(await packets(folder.path, job, 'only')).toHaveLength(30 * seconds);
  });
});
