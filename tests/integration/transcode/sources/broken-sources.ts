import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { makeSource, picture, quick, tone } from '../make-source.ts';
import { noise, patchAfter, spoil } from './source-bytes.ts';
import { type DoneJob, probeStream, type SourceRow } from './source-row.ts';

const bytes = (content: () => Buffer | string) => (path: string) => writeFile(path, content());
const video = [...picture('160x90', 10, 4), ...quick];

/** Makes a good file and writes something else in its place. */
const changed =
  (args: readonly string[], change: (data: Buffer) => Buffer) =>
  async (path: string): Promise<void> => {
    const good = await makeSource(`${path}.good`, args);
    await writeFile(path, change(await readFile(good)));
  };
const firstPart = (share: number) => (data: Buffer) => data.subarray(0, Math.floor(data.length * share));

/** What came out is counted right, and the result says that it is less than promised. */
async function shorter({ output, out }: DoneJob, least: number, most: number): Promise<void> {
  const [rendition] = output.renditions;
  const { frames } = await probeStream(join(out, rendition?.playlist?.$part ?? ''));
  expect(rendition?.frames).toBe(frames);
  expect(frames).toBeGreaterThanOrEqual(least);
  expect(frames).toBeLessThanOrEqual(most);
  expect(output.warnings.join('\n')).toMatch(/could be decoded: it may be cut off or damaged/);
}

/** Not what they should be: no video, cut off, damaged, without pictures. */
export const brokenSources: readonly SourceRow[] = [
  { source: 'an empty file', make: bytes(() => ''), refused: 'source-empty', says: /The source is empty/ },
  {
    source: 'random bytes',
    make: bytes(() => noise(20_000, 'random')),
    refused: 'source-not-a-video',
    says: /not a video that ffmpeg can read/,
  },
  {
    source: 'text',
    make: bytes(() => 'hello, world\n'.repeat(20)),
    refused: 'source-not-a-video',
    says: /not a video that ffmpeg can read/,
  },
  {
    source: 'MP4 cut off before its index',
    make: changed([...video, '-f', 'mp4'], firstPart(0.7)),
    refused: 'source-truncated',
    says: /no readable index/,
  },
  {
    source: 'MP4 cut off after its index',
    make: changed([...video, '-movflags', '+faststart', '-f', 'mp4'], firstPart(0.6)),
    right: (job) => shorter(job, 15, 32),
  },
  {
    source: 'MP4 with its index and nothing else',
    make: changed([...video, '-movflags', '+faststart', '-f', 'mp4'], (data) =>
      data.subarray(0, data.indexOf('mdat') + 4),
    ),
    refused: 'source-without-frames',
    says: /Nothing of the source could be decoded/,
  },
  {
    source: 'Matroska cut off midway, its index at the end',
    make: changed([...video, '-f', 'matroska'], firstPart(0.6)),
    right: (job) => shorter(job, 15, 32),
  },
  {
    source: 'a transport stream cut off midway',
    make: changed([...video, '-f', 'mpegts'], firstPart(0.6)),
    async right({ output, out }) {
      const [rendition] = output.renditions;
      const { frames } = await probeStream(join(out, rendition?.playlist?.$part ?? ''));
      expect(rendition?.frames).toBe(frames);
      expect(frames).toBeGreaterThanOrEqual(15);
      expect(frames).toBeLessThanOrEqual(32);
    },
  },
  {
    source: 'a transport stream with bit errors',
    make: changed([...video, '-f', 'mpegts'], (data) =>
      spoil(data, { from: 10_000, to: data.length - 5000, every: 997 }),
    ),
    async right({ output, out }) {
      const [rendition] = output.renditions;
      const { frames } = await probeStream(join(out, rendition?.playlist?.$part ?? ''));
      expect(rendition?.frames).toBe(frames);
      expect(Math.abs(frames - 40)).toBeLessThan(10);
      expect(output.warnings.join('\n')).toMatch(/The source is damaged/);
    },
  },
  {
    source: 'MP4 with bit errors in its pictures',
    make: changed([...video, '-f', 'mp4'], (data) =>
      spoil(data, { from: data.indexOf('mdat') + 2000, to: data.lastIndexOf('moov') - 8, every: 499 }),
    ),
    async right({ output, out }) {
      const [rendition] = output.renditions;
      const { frames } = await probeStream(join(out, rendition?.playlist?.$part ?? ''));
      expect(rendition?.frames).toBe(frames);
      expect(Math.abs(frames - 40)).toBeLessThan(3);
      expect(output.warnings.join('\n')).toMatch(/The source is damaged/);
    },
  },
  {
    source: 'sound only',
    make: (path) => makeSource(path, [...tone(1), '-c:a', 'aac', '-f', 'mp4']),
    refused: 'source-without-video',
    says: /has no moving pictures/,
  },
  {
    source: 'sound with a cover picture',
    async make(path) {
      const cover = await makeSource(`${path}.png`, [...picture('64x64', 1, 1), '-frames:v', '1']);
      await makeSource(path, [
        ...['-i', cover, ...tone(1), '-map', '1', '-map', '0', '-c:a', 'aac', '-c:v', 'copy'],
        ...['-disposition:v', 'attached_pic', '-f', 'mp4'],
      ]);
    },
    refused: 'source-without-video',
    says: /has no moving pictures/,
  },
  {
    source: 'a duration of centuries in the header',
    make: changed([...video, '-f', 'matroska'], (data) => {
      const duration = Buffer.alloc(8);
      duration.writeDoubleBE(1e13);
      return patchAfter(data, Buffer.from([0x44, 0x89, 0x88]), 3, duration);
    }),
    refused: 'limit-exceeded',
    says: /The job has 10000000000 seconds; at most 14400 are allowed here/,
  },
  {
    source: 'a last picture that comes after ten days',
    make: (path) =>
      makeSource(path, [
        ...[...picture('160x90', 10, 1), '-vf', "setpts='if(eq(N,9),864000/TB,PTS)'", '-vsync', 'vfr'],
        ...[...quick, '-f', 'matroska'],
      ]),
    refused: 'limit-exceeded',
    says: /seconds; at most 14400 are allowed here/,
  },
  {
    source: 'a picture of 4 gigapixels in a small file',
    make: bytes(() =>
      Buffer.concat([
        Buffer.from('GIF89a'),
        Buffer.from([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
        Buffer.from([0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 2, 0x44, 1, 0, 0x3b]),
      ]),
    ),
    refused: 'limit-exceeded',
    says: /4294836225 pixels a picture; at most 1000000 are/,
  },
  {
    source: 'a raw video that says it is 60000 pixels wide',
    make: bytes(() => `YUV4MPEG2 W60000 H60000 F25:1 Ip A1:1 C420\nFRAME\n${'x'.repeat(5000)}`),
    refused: 'limit-exceeded',
    says: /3600000000 pixels a picture; at most 1000000 are/,
  },
  {
    source: 'a picture with more pixels than are allowed',
    make: (path) => makeSource(path, [...picture('2048x1100', 1, 1), ...quick, '-f', 'mp4']),
    refused: 'limit-exceeded',
    says: /2252800 pixels a picture; at most 1000000 are/,
  },
  {
    source: 'a size in the container that the pictures do not have',
    make: changed([...video, '-f', 'mp4'], (data) => {
      const size = Buffer.alloc(4);
      size.writeUInt16BE(65_535, 0);
      size.writeUInt16BE(65_535, 2);
      return patchAfter(data, 'avc1\0\0\0\0\0\0\0\u0001', 28, size);
    }),
    async right({ output, out }) {
      const [rendition] = output.renditions;
      const { width, height, frames } = await probeStream(join(out, rendition?.playlist?.$part ?? ''));
      expect({ width, height, frames }).toEqual({ width: 160, height: 90, frames: 40 });
      expect(rendition).toMatchObject({ width, height, frames });
    },
  },
  {
    source: 'pictures that grow beyond the limit midway',
    async make(path) {
      const piece = async (size: string, at: number, ...more: string[]) =>
        readFile(
          await makeSource(`${path}.${size}`, [
            ...[...picture(size, 10, 1), ...more, ...quick, '-output_ts_offset', String(at), '-muxdelay', '0'],
            ...['-f', 'mpegts'],
          ]),
        );
      await writeFile(path, Buffer.concat([await piece('160x90', 0), await piece('2048x1100', 1, '-frames:v', '2')]));
    },
    async right({ output, out }) {
      const [rendition] = output.renditions;
      const { width, height, frames } = await probeStream(join(out, rendition?.playlist?.$part ?? ''));
      expect({ width, height }).toEqual({ width: 160, height: 90 });
      expect(rendition).toMatchObject({ width, height, frames });
      expect(frames).toBeLessThanOrEqual(11);
      expect(output.warnings.join('\n')).toMatch(/The source is damaged/);
    },
  },
];
