import { readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputOf } from '@byoc/core';
import type { live } from '@byoc/plugin-transcode';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/run-command.ts';
import { type LiveJob, makeSegments, startLiveJob } from './live-job.ts';
import { scratch } from './run-job.ts';

const found = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  folder = await scratch();
});
afterAll(() => folder[Symbol.asyncDispose]());

const small = {
  ladder: [
    { name: 'high', height: 180 },
    { name: 'low', height: 90 },
  ],
  video: { preset: 'ultrafast' },
} satisfies InputOf<typeof live>;

/** What ffprobe reads in all segments of a stream, one after another. */
async function packets(job: LiveJob, stream: string): Promise<{ pts: number; key: boolean }[]> {
  const parts = [...job.files.keys()].filter((part) => part.startsWith(`${stream}/`)).sort();
  const file = join(folder.path, `${stream}-all.mp4`);
  await writeFile(file, Buffer.concat(parts.map((part) => job.files.get(part) ?? Buffer.alloc(0))));
  const { stdout } = await runCommand(found.ffprobe ?? 'ffprobe', [
    ...['-v', 'error', '-of', 'json', '-show_entries', 'packet=pts_time,flags', file],
  ]);
  return JSON.parse(stdout).packets.map((packet: Record<string, string>) => ({
    pts: Number(packet['pts_time']),
    key: packet['flags']?.startsWith('K') === true,
  }));
}

async function decodedFrames(job: LiveJob, stream: string): Promise<{ frames: number; errors: string }> {
  await packets(job, stream);
  const file = join(folder.path, `${stream}-all.mp4`);
  const args = ['-v', 'error', '-count_frames', '-of', 'csv=p=0', '-show_entries', 'stream=nb_read_frames', file];
  const { stdout, stderr } = await runCommand(found.ffprobe ?? 'ffprobe', args);
  return { frames: Number(stdout.trim()), errors: stderr };
}

const sequences = (job: LiveJob) => job.events.flatMap((event) => (event.type === 'segment' ? [event.sequence] : []));

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
      const all = await packets(job, name);
      expect(all).toHaveLength(240);
      expect(all.flatMap(({ key }, at) => (key ? [at] : []))).toEqual([0, 60, 120, 180]);
      for (const [at, { pts }] of all.entries()) expect(pts).toBeCloseTo(1 + at / 30, 3);
      expect(await decodedFrames(job, name)).toEqual({ frames: 240, errors: '' });
    }
  });

  it('keeps the sound as it is, seamless, and with the pictures', async () => {
    const sound = await packets(job, 'audio');
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

describe.skipIf(found.ffprobe === undefined)('a stream with faults', () => {
  let segments: Buffer[];
  beforeAll(async () => {
    segments = await makeSegments(folder.path, { count: 6, seconds: 1 });
  });
  const at = (index: number) => segments[index] as Buffer;

  it('leaves a gap of the right length for a segment that never comes', async () => {
    await using job = await startLiveJob(folder.path, small);
    for (const index of [0, 1, 3, 4]) job.send(index, at(index));
    job.end();
    expect(await job.result).toMatchObject({ segments: 4, gaps: 1, encoderRestarts: 0, durationMs: 5000 });
    expect(job.events).toContainEqual({ type: 'missing', from: 2, to: 2 });
    const playlist = job.playlists.get('low/index.m3u8') ?? '';
    expect(playlist).toContain(
      '#EXT-X-GAP\n#EXTINF:1.00000,\nsegment-000002.m4s\n#EXTINF:1.00000,\nsegment-000003.m4s',
    );
    const times = (await packets(job, 'low')).map(({ pts }) => pts);
    expect(times[60]).toBeCloseTo(4, 3);
  });

  it('puts segments in order, and tells which came late or twice', async () => {
    await using job = await startLiveJob(folder.path, small);
    for (const index of [0, 2, 1, 4, 5]) job.send(index, at(index));
    job.send(3, at(3));
    job.send(3, at(3), { container: 'mp4' });
    job.sendPart('notes.txt', Buffer.from('hello'));
    job.end();
    await job.result;
    expect(sequences(job)).toEqual([0, 1, 2, 4, 5]);
    expect(job.events).toContainEqual({ type: 'reordered', sequence: 1 });
    expect(job.events).toContainEqual({ type: 'missing', from: 3, to: 3 });
    expect(job.events.filter(({ type }) => type === 'late')).toHaveLength(2);
    expect(job.events).toContainEqual({
      type: 'part-ignored',
      part: 'notes.txt',
      reason: 'its name is not that of a segment',
    });
  });

  it('tells a repeated segment', async () => {
    await using job = await startLiveJob(folder.path, small);
    job.send(0, at(0));
    job.send(0, at(0), { container: 'mp4' });
    job.end();
    expect(await job.result).toMatchObject({ segments: 1 });
    expect(job.events).toContainEqual({ type: 'repeated', sequence: 0 });
  });

  it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ['random bytes', () => Buffer.alloc(50_000, 7), /neither MPEG-TS nor fragmented MP4/],
    ['nothing', () => Buffer.alloc(0), /empty/],
    ['a piece of it', (bytes) => bytes.subarray(0, 10_000), /cut off/],
    [
      'lost sync',
      (bytes) => Buffer.concat([bytes.subarray(0, 188 * 40), Buffer.alloc(188, 1), bytes.subarray(188 * 41)]),
      /sync byte/,
    ],
    [
      'its end only',
      (bytes) => Buffer.concat([bytes.subarray(0, 188 * 3), bytes.subarray(-188 * 60)]),
      /parameter sets|header|keyframe/,
    ],
  ])('goes on after a segment of %s', async (_, damage, reason) => {
    await using job = await startLiveJob(folder.path, small);
    for (let index = 0; index < 4; index += 1) job.send(index, index === 1 ? damage(at(index)) : at(index));
    job.end();
    expect(await job.result).toMatchObject({ segments: 3, gaps: 1 });
    expect(await job.event('broken')).toMatchObject({ sequence: 1, reason: expect.stringMatching(reason) });
    expect(job.playlists.get('high/index.m3u8')).toContain('#EXT-X-GAP');
    expect((await packets(job, 'high'))[30]?.pts).toBeCloseTo(3, 3);
  });

  it('restarts the encoder after a segment that parses and does not decode, and keeps the initialization section', async () => {
    await using job = await startLiveJob(folder.path, small);
    job.send(0, undecodable(at(0)));
    for (let index = 1; index < 4; index += 1) job.send(index, index === 2 ? undecodable(at(index)) : at(index));
    job.end();
    expect(await job.result).toMatchObject({ segments: 2, gaps: 2, encoderRestarts: 2 });
    expect(job.events.filter(({ type }) => type === 'broken')).toHaveLength(2);
    expect([...job.files.keys()].filter((part) => part.includes('init'))).toEqual([
      'high/init-1.mp4',
      'low/init-1.mp4',
      'audio/init-1.mp4',
    ]);
    expect((await decodedFrames(job, 'high')).errors).toBe('');
  });

  it('tells how much of a segment was damaged, and hands out what could be decoded', async () => {
    await using job = await startLiveJob(folder.path, small);
    job.send(0, at(0));
    job.send(1, Buffer.concat([at(1).subarray(0, 188 * 120), at(1).subarray(188 * 140)]));
    job.end();
    expect(await job.result).toMatchObject({ segments: 2, gaps: 0, encoderRestarts: 0 });
    const damaged = await job.event('damaged');
    expect(damaged).toMatchObject({ sequence: 1 });
    expect(damaged.lostPackets).toBeGreaterThan(0);
    expect(damaged.decodeErrors).toBeGreaterThan(0);
    expect((await decodedFrames(job, 'high')).errors).toBe('');
  });

  it('fails when nothing could be used', async () => {
    await using job = await startLiveJob(folder.path, small);
    job.send(0, Buffer.alloc(1000, 3));
    job.end();
    await expect(job.result).rejects.toMatchObject({
      code: 'JOB_FAILED',
      facts: { reason: 'stream-without-segments' },
    });
  });

  it('follows a clock that jumps, and one that starts again', async () => {
    await using job = await startLiveJob(folder.path, small);
    job.send(0, at(3));
    job.send(1, at(0));
    job.send(2, at(1));
    job.send(3, at(2), { discontinuity: true });
    job.end();
    expect(await job.result).toMatchObject({ segments: 4, durationMs: 4000 });
    expect(job.events.filter(({ type }) => type === 'discontinuity')).toEqual([
      { type: 'discontinuity', sequence: 1, reason: 'clock-jumped' },
      { type: 'discontinuity', sequence: 3, reason: 'declared' },
    ]);
    for (const [index, { pts }] of (await packets(job, 'high')).entries()) expect(pts).toBeCloseTo(1 + index / 30, 3);
    expect(job.playlists.get('high/index.m3u8')?.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(2);
  });

  it('goes on with another size, in the same renditions', async () => {
    const [other] = await makeSegments(folder.path, { count: 1, seconds: 1, size: '640x480' });
    await using job = await startLiveJob(folder.path, small);
    job.send(0, at(0));
    job.send(1, other as Buffer);
    job.end();
    expect(await job.result).toMatchObject({ segments: 2, encoderRestarts: 1 });
    expect(job.files.has('high/init-2.mp4')).toBe(true);
    expect(job.playlists.get('high/index.m3u8')).toContain('#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-2.mp4"');
  });

  it('changes bitrate and size at the next segment when it is told to', async () => {
    await using job = await startLiveJob(folder.path, { ...small, audio: 'none' });
    job.send(0, at(0));
    await job.event('segment');
    job.update({ renditions: [{ name: 'high', height: 120, rateControl: { mode: 'cbr', bitrate: 100_000 } }] });
    job.update({ renditions: [{ name: 'none', height: 120 }] });
    for (const index of [1, 2, 3]) job.send(index, at(index));
    job.end();
    const output = await job.result;
    expect(output.renditions.map(({ name, height }) => [name, height])).toEqual([
      ['high', 120],
      ['low', 90],
    ]);
    expect(await job.event('updated')).toEqual({ type: 'updated', renditions: ['high'] });
    expect(await job.event('update-refused')).toMatchObject({
      message: expect.stringContaining('no rendition `none`'),
    });
    expect(output.encoderRestarts).toBe(1);
    expect(job.files.get('high/init-2.mp4')).toBeDefined();
    expect(output.usage.pixels).toBe(String(30 * (320 * 180 + 160 * 90) + 90 * (214 * 120 + 160 * 90)));
  });

  it('ends its ffmpeg and nothing else is left when it is cancelled', async () => {
    await using job = await startLiveJob(folder.path, small);
    job.send(0, at(0));
    await job.event('segment');
    expect(await workingIn(job.folder)).toHaveLength(1);
    job.cancel();
    await expect(job.result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(await workingIn(job.folder)).toEqual([]);
  });

  it('ends at its deadline', async () => {
    await using job = await startLiveJob(folder.path, small, { deadlineMs: 3000 });
    job.send(0, at(0));
    await expect(job.result).rejects.toMatchObject({ code: 'JOB_DEADLINE_EXCEEDED' });
    expect(await workingIn(job.folder)).toEqual([]);
  });

  it('ends where the caller said that it should', async () => {
    await using job = await startLiveJob(folder.path, { ...small, maxSeconds: 2 });
    for (const [index, bytes] of segments.entries()) job.send(index, bytes);
    job.end();
    expect(await job.result).toMatchObject({ segments: 2, durationMs: 2000 });
  });
});

/** Processes that work in a folder. */
async function workingIn(path: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_, index) => folders[index]?.startsWith(path));
}

/** Spoils the slices of the pictures and leaves the container and the headers whole. */
function undecodable(bytes: Buffer): Buffer {
  const spoiled = Buffer.from(bytes);
  for (let at = 0; at < spoiled.length; at += 188) {
    const pid = spoiled.readUInt16BE(at + 1) & 0x1fff;
    if (pid !== 0x100) continue;
    const adaptation = (spoiled[at + 3] ?? 0) & 0x20 ? (spoiled[at + 4] ?? 0) + 1 : 0;
    const slice = lastStart(spoiled.subarray(at, at + 188));
    spoiled.fill(0xff, at + (slice === -1 ? 4 + adaptation : slice + 4), at + 188);
  }
  return spoiled;
}

function lastStart(packet: Buffer): number {
  return packet.lastIndexOf(Buffer.from([0, 0, 1]));
}
