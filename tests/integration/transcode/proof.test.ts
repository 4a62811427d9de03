import { createHash } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { type ClaimedTranscode, verifyTranscode } from '@byoc/plugin-transcode/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countMp4 } from '../../../packages/plugin-transcode/src/proof/count-pictures.ts';
import { measuresVmaf } from '../../../packages/plugin-transcode/src/proof/measures-vmaf.ts';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { type RanJob, runJob, scratch } from './run-job.ts';

let folder: Awaited<ReturnType<typeof scratch>>;
let job: RanJob;
let claimed: ClaimedTranscode;
beforeAll(async () => {
  folder = await scratch();
  const source = await makeSource(join(folder.path, 'in.mp4'), [...picture('426x240', 25, 5), ...tone(5), ...quick]);
  job = await runJob(folder.path, source, {
    outputs: [{ kind: 'hls', segmentSeconds: 2 }, { kind: 'mp4' }],
    ladder: [{ height: 240 }, { height: 130 }],
  });
  const names = (await readdir(job.out, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(job.out.length + 1));
  claimed = {
    output: job.output,
    usage: { pixels: BigInt(job.output.usage.pixels) },
    parts: names.map((name) => ({ name, sha256: '' })),
  };
});
afterAll(() => folder[Symbol.asyncDispose]());

/** A copy of the result with one thing changed. */
async function tamper(change: (directory: string) => Promise<void>): Promise<string> {
  const directory = join(folder.path, `tampered-${(await readdir(folder.path)).length}`);
  await cp(job.out, directory, { recursive: true });
  await change(directory);
  return directory;
}

describe('the proof of a transcode', () => {
  it('finds in the files what was billed, with the hash of each', async () => {
    const proof = await verifyTranscode(claimed, { directory: job.out });
    expect(proof).toMatchObject({ matches: true, mismatches: [], usage: claimed.usage, billed: claimed.usage });
    expect(proof.renditions).toEqual([
      { name: '240p', width: 426, height: 240, frames: 125, sizeFrom: 'bitstream' },
      { name: '130p', width: 230, height: 130, frames: 125, sizeFrom: 'bitstream' },
    ]);
    const master = proof.files.find(({ name }) => name === 'hls/master.m3u8');
    const bytes = await readFile(join(job.out, 'hls/master.m3u8'));
    expect(master).toEqual({
      name: 'hls/master.m3u8',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(proof.files).toHaveLength(claimed.parts.length);
  });

  it('finds one picture too many in the bill', async () => {
    const billed = (claimed.usage.pixels ?? 0n) + 426n * 240n;
    const proof = await verifyTranscode({ ...claimed, usage: { pixels: billed } }, { directory: job.out });
    expect(proof.mismatches).toEqual([`${billed} pixels were billed, and the files hold ${claimed.usage.pixels}.`]);
  });

  it('finds a size that only the container claims', async () => {
    const directory = await tamper(async (path) => {
      const init = await readFile(join(path, 'hls/130p/init.mp4'));
      const entry = init.indexOf('avc1', 0, 'latin1') + 4;
      init.writeUInt16BE(1920, entry + 24);
      init.writeUInt16BE(1080, entry + 26);
      await writeFile(join(path, 'hls/130p/init.mp4'), init);
    });
    const renditions = claimed.output.renditions.map((one) =>
      one.name === '130p' ? { ...one, width: 1920, height: 1080 } : one,
    );
    const output = { ...claimed.output, renditions };
    const { matches, mismatches } = await verifyTranscode({ ...claimed, output }, { directory });
    expect([matches, mismatches[0]]).toEqual([false, 'Rendition 130p (HLS) is said to be 1920x1080, and is 230x130.']);
  });

  it.each<[string, (path: string) => Promise<void>, string]>([
    [
      'a segment cut short',
      async (path) => {
        const segment = await readFile(join(path, 'hls/240p/00001.m4s'));
        await writeFile(join(path, 'hls/240p/00001.m4s'), segment.subarray(0, segment.length - 10));
      },
      "Rendition 240p (HLS) can't be read: box mdat",
    ],
    [
      'more pictures than bytes',
      async (path) => {
        const segment = await readFile(join(path, 'hls/240p/00001.m4s'));
        const trun = segment.indexOf('trun', 0, 'latin1') + 4;
        const first =
          trun + 8 + (segment.readUInt32BE(trun) & 0x1 ? 4 : 0) + (segment.readUInt32BE(trun) & 0x4 ? 4 : 0);
        const before = segment.readUInt32BE(trun) & 0x100 ? 4 : 0;
        segment.writeUInt32BE(0x7fffffff, first + before);
        await writeFile(join(path, 'hls/240p/00001.m4s'), segment);
      },
      "Rendition 240p (HLS) can't be read: its pictures claim",
    ],
    [
      'a playlist that points out of the folder',
      (path) =>
        writeFile(
          join(path, 'hls/240p/index.m3u8'),
          '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:2,\n../../../in.mp4\n',
        ),
      'Rendition 240p (HLS) can\'t be read: hls/240p/index.m3u8 names "../../../in.mp4", which is no file of the result.',
    ],
    [
      'an MP4 file that is something else',
      (path) => writeFile(join(path, 'mp4/240p.mp4'), 'not a video at all'),
      "Rendition 240p (MP4) can't be read: box a vi",
    ],
  ])('finds %s', async (_name, change, text) => {
    const { matches, mismatches } = await verifyTranscode(claimed, { directory: await tamper(change) });
    expect(matches).toBe(false);
    expect(mismatches.join('\n')).toContain(text);
  });

  it('finds files that were never fetched', async () => {
    const { mismatches } = await verifyTranscode(claimed, { directory: join(folder.path, 'nowhere') });
    expect(mismatches).toContain("Rendition 240p (HLS) can't be read: it is missing.");
    expect(mismatches).toContain('Rendition 240p has no file that can be counted.');
  });

  it('opens no file that is not of the result, whatever the output names', async () => {
    const [first, ...rest] = claimed.output.renditions;
    const output = {
      ...claimed.output,
      renditions: [{ ...first, mp4: { $part: '../in.mp4' } }, ...rest],
    } as ClaimedTranscode['output'];
    const { mismatches } = await verifyTranscode({ ...claimed, output }, { directory: job.out });
    expect(mismatches).toEqual(['Rendition 240p (MP4) names "../in.mp4", which is no file of the result.']);
  });
});

describe('the size of a picture', () => {
  it.each([
    ['h264 with a cropped edge', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'], '322x182'],
    ['h264 4:4:4 of odd sides', ['-c:v', 'libx264', '-pix_fmt', 'yuv444p'], '321x181'],
    ['interlaced h264', ['-c:v', 'libx264', '-flags', '+ildct+ilme', '-x264-params', 'tff=1'], '320x200'],
    ['h265', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'], '322x182'],
  ])('is read from the bitstream of %s', async (name, codec, size) => {
    const file = await makeSource(join(folder.path, `${name.replaceAll(/\W/g, '-')}.mp4`), [
      '-f',
      'lavfi',
      '-i',
      `testsrc=size=${size}:rate=25:duration=1`,
      ...codec,
    ]);
    const [width, height] = size.split('x').map(Number);
    expect(await countMp4(file)).toEqual({ width, height, frames: 25, sizeFrom: 'bitstream' });
  });
});

describe('quality against the source', () => {
  it('is measured by PSNR and SSIM in one pass, and VMAF is measured or the result says why not', async () => {
    const source = await makeSource(join(folder.path, 'measured.mp4'), [...picture('320x180', 25, 2), ...quick]);
    const { output } = await runJob(folder.path, source, {
      ladder: [{ height: 180 }, { height: 90 }],
      quality: { psnr: true, ssim: true, vmaf: true },
    });
    const hasVmaf = await measuresVmaf(await findFfmpeg(), new AbortController().signal);
    for (const { psnr = 0, ssim = 0, vmaf } of output.renditions) {
      expect(psnr).toBeGreaterThan(30);
      expect(ssim).toBeGreaterThan(0.9);
      expect(ssim).toBeLessThanOrEqual(1);
      expect(vmaf === undefined).toBe(!hasVmaf);
    }
    expect(output.warnings).toEqual(hasVmaf ? [] : ['VMAF was not measured: this ffmpeg has no libvmaf that works.']);
  });
});
