import { join } from 'node:path';
import { createTranscodePlugin } from '@byoc/plugin-transcode/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPart } from '../../support/require-part.ts';
import { runCommand } from '../../support/run-command.ts';
import { makeSegments, startLiveJob } from './live-job.ts';
import { small } from './live-output.ts';
import { makeSource, picture, quick } from './make-source.ts';
import { runJob, scratch } from './run-job.ts';

const ready = await hasPart('ffmpeg-vmaf');
const ffmpegPath = process.env['BYOC_VMAF_FFMPEG'] || 'ffmpeg';
const plugin = createTranscodePlugin({ ffmpegPath });

describe.skipIf(!ready)('an ffmpeg with libvmaf', () => {
  let folder: Awaited<ReturnType<typeof scratch>>;
  let source: string;
  beforeAll(async () => {
    folder = await scratch();
    const noise = ['-vf', 'noise=alls=12:allf=t'];
    source = await makeSource(join(folder.path, 'in.mp4'), [...picture('320x180', 25, 4), ...noise, ...quick]);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const crf = (name: string, value: number) => ({
    ...{ name, height: 180, rateControl: { mode: 'crf' as const, crf: value } },
  });

  it('measures VMAF as it does by hand, beside PSNR and SSIM', async () => {
    const ladder = [crf('good', 24), crf('poor', 38), { name: 'small', height: 90 }];
    const { output, out } = await runJob(
      folder.path,
      source,
      { ladder, quality: { psnr: true, ssim: true, vmaf: true } },
      { plugin },
    );
    expect(output.warnings).toEqual([]);
    const [good, poor, little] = output.renditions;
    expect(poor?.vmaf).toBeLessThan((good?.vmaf ?? 0) - 10);
    expect(little?.vmaf).toBeGreaterThan(0);
    for (const { psnr, ssim } of output.renditions) expect([psnr, ssim]).not.toContain(undefined);
    for (const { name, vmaf } of [good, poor].flatMap((one) => one ?? [])) {
      const graph = '[0:v]settb=1/25,setpts=N[d];[1:v]settb=1/25,setpts=N[r];[d][r]libvmaf';
      const playlist = ['-allowed_extensions', 'ALL', '-i', `hls/${name}/index.m3u8`];
      const args = ['-nostdin', ...playlist, '-i', source, '-lavfi', graph, '-f', 'null', '-'];
      const { stderr } = await runCommand(ffmpegPath, args, { cwd: out });
      expect(vmaf).toBeCloseTo(Number(/VMAF score: ([\d.]+)/.exec(stderr)?.[1]), 1);
    }
  });

  it('chooses a per-title ladder by VMAF, and what it encodes is worth that', async () => {
    const renditions = [{ height: 180 }, { height: 90 }];
    const job = async (vmaf: number) => {
      const ladder = { kind: 'per-title' as const, vmaf, renditions };
      const video = { codec: 'h264' as const, preset: 'veryfast' as const };
      const { output } = await runJob(folder.path, source, { ladder, video, quality: { vmaf: true } }, { plugin });
      expect(output.perTitle).toMatchObject({ metric: 'vmaf', target: vmaf });
      return { top: output.renditions[0], chosen: output.perTitle?.renditions[0]?.chosen };
    };
    const [high, low] = [await job(92), await job(75)];
    for (const [{ top, chosen }, target] of [[high, 92] as const, [low, 75] as const]) {
      expect(chosen?.reached).toBe(true);
      expect(Math.abs((top?.vmaf ?? 0) - target)).toBeLessThan(3);
    }
    expect(low.top?.bitrate).toBeLessThan((high.top?.bitrate ?? 0) * 0.7);
  });

  // Options that ffmpeg 9 has no more, or calls otherwise.
  it('keeps the own times of pictures, whatever its version calls that', async () => {
    const uneven = await makeSource(join(folder.path, 'uneven.mp4'), [
      ...[...picture('320x180', 25, 2), '-vf', "select='not(eq(mod(n,3),1))'", '-vsync', 'vfr', ...quick],
    ]);
    const { output } = await runJob(
      folder.path,
      uneven,
      { ladder: [{ height: 90 }], picture: { frameTiming: 'source' } },
      { plugin },
    );
    expect(output.renditions[0]?.frames).toBe(33);
  });

  it('serves a live stream', async () => {
    const segments = await makeSegments(folder.path, { count: 2, seconds: 1 });
    await using job = await startLiveJob(folder.path, small, { plugin: { ffmpegPath } });
    for (const [at, bytes] of segments.entries()) job.send(at, bytes);
    job.end();
    expect(await job.result).toMatchObject({ segments: 2, gaps: 0, encoderRestarts: 0, durationMs: 2000 });
  });
});
