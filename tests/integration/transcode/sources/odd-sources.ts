import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesBlob } from '@byoc/core/gateway';
import { expect } from 'vitest';
import { makeSource, quick } from '../make-source.ts';
import { probeFile, storedValues } from '../read-pictures.ts';
import { type DoneJob, probeStream, type SourceRow } from './source-row.ts';

const lavfi = (graph: string) => ['-f', 'lavfi', '-i', graph];
const moving = (size = '160x90', rate: number | string = 10, seconds = 1) =>
  lavfi(`testsrc2=size=${size}:rate=${rate}:duration=${seconds}`);
const sound = (options: string, seconds = 1) => lavfi(`sine=frequency=440:duration=${seconds}:${options}`);
const made =
  (format: string, ...args: string[]) =>
  (path: string) =>
    makeSource(path, [...args, '-f', format]);

/** The first rendition as the result states it and as ffprobe counts it, and that both are as expected. */
async function pictures(
  { output, out }: DoneJob,
  expected: { width: number; height: number; frames: number; rate: string; warned?: RegExp },
) {
  const [rendition] = output.renditions;
  const { width, height, frames, rate, pixelFormat, seconds, keyframes } = await probeStream(
    join(out, rendition?.playlist?.$part ?? ''),
  );
  const { warned, ...numbers } = expected;
  expect({ width, height, frames, rate }).toEqual(numbers);
  expect(rendition).toMatchObject({ width, height, frames });
  expect(pixelFormat).toBe('yuv420p');
  expect((rendition?.durationMs ?? 0) / 1000).toBeCloseTo(seconds, 2);
  expect(output.usage.pixels).toBe(String(width * height * frames));
  if (warned === undefined) expect(output.warnings).toEqual([]);
  else expect(output.warnings.join('\n')).toMatch(warned);
  return keyframes;
}

/** The sound as the result states it and as ffprobe reads it. */
async function heard({ output, out }: DoneJob, expected: { channels: number; sampleRate: number; seconds: number }) {
  const { channels, sampleRate, seconds } = await probeStream(join(out, output.audio?.playlist?.$part ?? ''));
  expect({ channels, sampleRate }).toEqual({ channels: expected.channels, sampleRate: expected.sampleRate });
  expect(output.audio).toMatchObject({ channels, sampleRate });
  // The encoder adds up to two frames of 1024 samples.
  expect(Math.abs(seconds - expected.seconds)).toBeLessThan(0.1);
  expect(Math.abs((output.audio?.durationMs ?? 0) / 1000 - seconds)).toBeLessThan(0.05);
}

const usual = { width: 160, height: 90, frames: 10, rate: '10/1' };

/** Rare and right: each gives a result. */
export const oddSources: readonly SourceRow[] = [
  {
    source: 'pictures without sound',
    make: made('mp4', ...moving(), ...quick),
    async right(job) {
      await pictures(job, usual);
      expect(job.output.audio).toBeUndefined();
    },
  },
  {
    source: 'sound longer than the pictures',
    make: made('matroska', ...moving(), ...sound('sample_rate=48000', 3), ...quick),
    async right(job) {
      await pictures(job, usual);
      await heard(job, { channels: 1, sampleRate: 48_000, seconds: 3 });
    },
  },
  {
    source: '5.1 sound',
    make: made('matroska', ...moving(), ...sound('sample_rate=48000'), ...quick, '-ac', '6', '-c:a', 'ac3'),
    async right(job) {
      await pictures(job, usual);
      expect(job.output.source.audio).toEqual({ codec: 'ac3', channels: 6, sampleRate: 48_000 });
      await heard(job, { channels: 2, sampleRate: 48_000, seconds: 1 });
    },
  },
  {
    source: 'sound of 8 kHz',
    make: made('matroska', ...moving(), ...sound('sample_rate=8000'), ...quick, '-c:a', 'pcm_s16le'),
    async right(job) {
      await pictures(job, usual);
      await heard(job, { channels: 1, sampleRate: 48_000, seconds: 1 });
    },
  },
  {
    source: 'odd sides',
    make: made('matroska', ...moving('161x91'), '-c:v', 'libx264', '-pix_fmt', 'yuv444p'),
    right: (job) => pictures(job, usual).then(() => {}),
  },
  {
    source: 'a picture that is turned for display',
    make: async (path) => {
      const flat = await makeSource(`${path}.flat`, [...moving(), ...quick, '-f', 'mp4']);
      await makeSource(path, ['-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', '-f', 'mp4']);
    },
    async right(job) {
      expect(job.output.source.video).toMatchObject({ width: 90, height: 160, codedWidth: 160, codedHeight: 90 });
      await pictures(job, { width: 90, height: 160, frames: 10, rate: '10/1' });
    },
  },
  {
    source: 'one picture',
    make: made('mp4', ...moving(), '-frames:v', '1', ...quick),
    right: (job) => pictures(job, { ...usual, frames: 1, rate: '0/0' }).then(() => {}),
  },
  {
    source: 'one frame a second',
    make: made('mp4', ...moving('160x90', 1, 5), ...quick),
    right: (job) => pictures(job, { ...usual, frames: 5, rate: '1/1' }).then(() => {}),
  },
  {
    source: '120 frames a second',
    make: made('mp4', ...moving('160x90', 120), ...quick),
    right: (job) => pictures(job, { ...usual, frames: 120, rate: '120/1' }).then(() => {}),
  },
  {
    source: 'one keyframe in the whole file',
    make: made('mp4', ...moving('160x90', 10, 6), ...quick, '-g', '9999', '-sc_threshold', '0'),
    async right(job) {
      expect(await pictures(job, { ...usual, frames: 60 })).toEqual([0, 2, 4]);
    },
  },
  {
    source: 'another size midway',
    async make(path) {
      const piece = async (size: string) =>
        readFile(await makeSource(`${path}.${size}`, [...moving(size, 25), ...quick, '-f', 'h264']));
      await writeFile(path, Buffer.concat([await piece('160x90'), await piece('320x180'), await piece('80x80')]));
    },
    right: (job) => pictures(job, { ...usual, frames: 75, rate: '25/1' }).then(() => {}),
  },
  ...(['yuv444p', 'gray', 'yuv422p10le'] as const).map(
    (format): SourceRow => ({
      source: `${format} pictures`,
      make: made('matroska', ...moving(), '-c:v', 'ffv1', '-pix_fmt', format),
      async right(job) {
        expect(job.output.source.video?.pixelFormat).toBe(format);
        await pictures(job, usual);
      },
    }),
  ),
  {
    source: 'a cover before the pictures, and data tracks',
    async make(path) {
      const cover = await makeSource(`${path}.png`, [...moving('64x64'), '-frames:v', '1']);
      await makeSource(path, [
        ...['-i', cover, ...moving(), '-map', '0', '-map', '1', '-c:v:0', 'copy', '-disposition:v:0', 'attached_pic'],
        ...[
          '-c:v:1',
          'libx264',
          '-preset',
          'ultrafast',
          '-pix_fmt',
          'yuv420p',
          '-timecode',
          '01:00:00:00',
          '-f',
          'mp4',
        ],
      ]);
      const types = (await probeFile(path, '-show_entries', 'stream=codec_type')).streams.map(
        (one) => one['codec_type'],
      );
      // A timecode for each.
      expect([...types].sort()).toEqual(['data', 'data', 'video', 'video']);
    },
    right: (job) => pictures(job, usual).then(() => {}),
  },
  {
    source: 'subtitles, as text and as pictures',
    async make(path) {
      await writeFile(`${path}.srt`, '1\n00:00:00,200 --> 00:00:00,800\nGrüße\n');
      // The shortest stream of Blu-ray subtitles: one packet that ends a picture.
      await writeFile(`${path}.sup`, Buffer.from('50470000000000000000800000', 'hex'));
      await makeSource(path, [
        ...[...moving(), '-i', `${path}.srt`, '-i', `${path}.sup`, '-map', '0', '-map', '1', '-map', '2', ...quick],
        ...['-c:s:0', 'srt', '-c:s:1', 'copy', '-metadata:s:s:0', 'language=ger', '-f', 'matroska'],
      ]);
    },
    // A second file, which the caller sends before the source.
    input: { subtitles: { files: [{ file: bytesBlob(Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\nx\n')) }] } },
    async right(job) {
      expect(job.output.subtitles.map(({ cues }) => cues)).toEqual([1, 1]);
      await pictures(job, { ...usual, warned: /^Subtitle track 1 \(hdmv_pgs_subtitle\) is made of pictures/ });
      const [text] = job.output.subtitles;
      expect(text).toMatchObject({ label: 'German', language: 'de', cues: 1 });
      expect(await readFile(join(job.out, text?.playlist?.$part ?? '', '../00000.vtt'), 'utf8')).toBe(
        'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n00:00:00.200 --> 00:00:00.800\nGrüße\n',
      );
    },
  },
  {
    source: 'pictures with alpha',
    make: made('mov', ...moving(), '-c:v', 'qtrle', '-pix_fmt', 'argb'),
    async right(job) {
      expect(job.output.source.video?.pixelFormat).toBe('argb');
      await pictures(job, usual);
    },
  },
  {
    source: 'alpha over a colour, padded, drawn over',
    make: made('mov', ...lavfi('color=black@0:size=160x90:rate=10:duration=1,format=argb'), '-c:v', 'qtrle'),
    input: {
      picture: {
        background: '#0000ff',
        pad: { aspect: '1:1', colour: '#ff0000' },
        texts: [{ text: "it's; [v0]", size: 0.5, position: 'centre', font: 'mono', colour: '#ffffff' }],
      },
    },
    async right(job) {
      await pictures(job, { ...usual, height: 160 });
      const [{ playlist } = {}] = job.output.renditions;
      const row = Array.from({ length: 80 }, (_, x) => [x * 2, 80] as const);
      const [bar, ground, ...middle] = await storedValues(
        join(job.out, playlist?.$part ?? ''),
        [[80, 8], [80, 40], ...row],
        5,
      );
      // BT.709: red, blue; and letters in the middle.
      expect([bar, ground].map((one) => one?.map((value) => Math.round(value / 16) * 16))).toEqual([
        [64, 96, 240],
        [32, 240, 112],
      ]);
      expect(middle.filter(([luma = 0]) => luma > 150).length).toBeGreaterThan(4);
    },
  },
];
