import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByocError } from '@byoc/core';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { verifyTranscode } from '@byoc/plugin-transcode/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/run-command.ts';
import { makeSource, picture, quick } from './make-source.ts';
import { type RanJob, runJob, scratch } from './run-job.ts';

const found = await findFfmpeg();
/** Of 2018: it has libaom as an experiment, and no SVT-AV1. */
const platform = `${process.platform}-${process.arch}`;
const NPM = join(import.meta.dirname, '../../../node_modules/@ffmpeg-installer', platform, 'ffmpeg');
let folder: Awaited<ReturnType<typeof scratch>>;
let source: string;
beforeAll(async () => {
  folder = await scratch();
  const at = join(folder.path, 'cuts.mp4');
  // Scenes that change between keyframes, where an encoder would rather have more of them.
  const scenes = 'mandelbrot=size=320x180:rate=25,trim=duration=1.4,noise=alls=20:allf=t';
  const joined = ['-filter_complex', '[0:v][1:v]concat=n=2:v=1[all]', '-map', '[all]'];
  source = await makeSource(at, [...picture('320x180', 25, 0.6), '-f', 'lavfi', '-i', scenes, ...joined, ...quick]);
});
afterAll(() => folder[Symbol.asyncDispose]());

interface Probed {
  readonly streams: readonly Readonly<Record<string, unknown>>[];
  readonly packets: readonly { readonly pts_time: string; readonly flags: string }[];
}

async function probe(file: string): Promise<Probed> {
  const args = ['-v', 'error', '-of', 'json', '-show_streams', '-show_packets', '-select_streams', 'v', file];
  return JSON.parse((await runCommand(found.ffprobe ?? 'ffprobe', args)).stdout) as Probed;
}

const BITRATE = 300_000;
const SECONDS = 2;
const CODECS = [
  { codec: 'h264', tag: 'avc1', named: /^avc1\.6400[0-9a-f]{2}$/ },
  { codec: 'hevc', tag: 'hvc1', named: /^hvc1\.1\.6\.L\d+\.90$/ },
  { codec: 'av1', tag: 'av01', named: /^av01\.0\.\d\dM\.08$/ },
  { codec: 'vp9', tag: 'vp09', named: /^vp09\.00\.\d\d\.08$/ },
] as const;
const CONTROLS = [
  { name: 'crf', control: { mode: 'crf' }, most: Number.POSITIVE_INFINITY },
  { name: 'capped crf', control: { mode: 'crf', maxBitrate: BITRATE }, most: BITRATE },
  { name: 'vbr', control: { mode: 'vbr', bitrate: BITRATE, maxBitrate: BITRATE * 1.5 }, most: BITRATE * 1.5 },
  { name: 'cbr', control: { mode: 'cbr', bitrate: BITRATE }, most: BITRATE },
] as const;
const rows = CODECS.flatMap((codec) => CONTROLS.map((control) => ({ ...codec, ...control })));

describe.skipIf(found.ffprobe === undefined)('every codec with every rate control', () => {
  it.each(rows)('$codec with $name', async ({ codec, tag, named, control, most }) => {
    const job = await runJob(folder.path, source, {
      outputs: [{ kind: 'hls', segmentSeconds: 1 }],
      ladder: [{ height: 180 }, { height: 90 }],
      video: { codec, preset: 'superfast', keyframeSeconds: 1, rateControl: control },
    });
    const keyframes: number[][] = [];
    for (const rendition of job.output.renditions) {
      expect(rendition.codec).toMatch(named);
      const { streams, packets } = await probe(join(job.out, rendition.playlist?.$part ?? ''));
      expect(streams[0]).toMatchObject({
        codec_name: codec,
        codec_tag_string: tag,
        width: rendition.width,
        height: rendition.height,
        pix_fmt: 'yuv420p',
      });
      expect(packets).toHaveLength(50);
      const start = Math.min(...packets.map(({ pts_time }) => Number(pts_time)));
      const times = packets
        .filter(({ flags }) => flags.startsWith('K'))
        .map(({ pts_time }) => Number(pts_time) - start);
      keyframes.push(times.map((time) => Number(time.toFixed(3))));
      // A ceiling is kept over two seconds, and a buffer of two seconds may be full at the start.
      expect(rendition.bitrate * SECONDS).toBeLessThan(most * (SECONDS + 2) * 1.1);
    }
    expect(keyframes).toEqual([
      [0, 1],
      [0, 1],
    ]);
    const master = await readFile(join(job.out, 'hls/master.m3u8'), 'utf8');
    for (const rendition of job.output.renditions) expect(master).toContain(`CODECS="${rendition.codec}"`);
    const files = job.output.outputs.flatMap((output) => (output.kind === 'hls' ? output.files : []));
    const proof = await prove(
      job,
      files.map(({ $part }) => $part),
    );
    expect(proof.mismatches).toEqual([]);
    // VP9 states its size in its pictures alone, which are not read.
    expect(new Set(proof.renditions.map(({ sizeFrom }) => sizeFrom))).toEqual(
      new Set([codec === 'vp9' ? 'container' : 'bitstream']),
    );
  });

  it.each(['hevc', 'av1', 'vp9'] as const)('%s in 10 bits, in segments and in MP4', async (codec) => {
    const job = await runJob(folder.path, source, {
      outputs: [{ kind: 'hls' }, { kind: 'mp4' }],
      ladder: [{ height: 180 }],
      video: { codec, preset: 'ultrafast', bitDepth: 10 },
      clip: { durationSeconds: 0.5 },
    });
    const [rendition] = job.output.renditions;
    expect(rendition?.codec).toMatch(
      { hevc: /^hvc1\.2\.4\.L/, av1: /^av01\.0\.\d\dM\.10$/, vp9: /^vp09\.02\.\d\d\.10$/ }[codec],
    );
    for (const file of [rendition?.playlist?.$part, rendition?.mp4?.$part]) {
      const { streams } = await probe(join(job.out, file ?? ''));
      expect(streams[0]).toMatchObject({ codec_name: codec, pix_fmt: 'yuv420p10le' });
    }
  });
});

async function prove(job: RanJob, names: readonly string[]) {
  const claimed = {
    output: job.output,
    usage: { pixels: job.usage.at(-1) ?? 0n },
    parts: names.map((name) => ({ name, sha256: '' })),
  };
  return verifyTranscode(claimed, { directory: job.out });
}

describe.skipIf(!existsSync(NPM))('an encoder that is listed and does not work', () => {
  it('is refused before anything is encoded, with its name, the reason and what there is', async () => {
    const job = { video: { codec: 'av1' as const } };
    const error = await runJob(folder.path, source, job, { plugin: { ffmpegPath: NPM } }).catch((one: unknown) => one);
    const { facts } = error as ByocError<'JOB_FAILED'>;
    expect(facts).toMatchObject({ reason: 'encoder-missing', recovery: 'retry-other' });
    expect(facts.message).toMatchInlineSnapshot(
      `"Nothing here encodes av1 with crf (libsvtav1: not in this ffmpeg; libaom-av1: Unrecognized option 'usage'.); there is h264 (libx264), hevc (libx265), vp9 (libvpx-vp9)."`,
    );
  });
});
