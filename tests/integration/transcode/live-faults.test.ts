import { readdir, readlink } from 'node:fs/promises';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSegments, startLiveJob } from './live-job.ts';
import { decodedFrames, packets, sequences, small } from './live-output.ts';
import { scratch } from './run-job.ts';

const found = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  folder = await scratch();
});
afterAll(() => folder[Symbol.asyncDispose]());

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
    const times = (await packets(folder.path, job, 'low')).map(({ pts }) => pts);
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
    expect((await packets(folder.path, job, 'high'))[30]?.pts).toBeCloseTo(3, 3);
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
    expect((await decodedFrames(folder.path, job, 'high')).errors).toBe('');
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
    expect((await decodedFrames(folder.path, job, 'high')).errors).toBe('');
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
    for (const [index, { pts }] of (await packets(folder.path, job, 'high')).entries())
      expect(pts).toBeCloseTo(1 + index / 30, 3);
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
