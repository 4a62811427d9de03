import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measuresVmaf } from '../../../packages/plugin-transcode/src/proof/measures-vmaf.ts';
import { makeSource, picture, quick } from './make-source.ts';
import { type RanJob, runJob, scratch } from './run-job.ts';

const found = await findFfmpeg();
const METRIC = (await measuresVmaf(found, new AbortController().signal)) ? 'vmaf' : 'ssim';

describe('a per-title ladder', () => {
  let folder: Awaited<ReturnType<typeof scratch>>;
  let simple: string;
  let noisy: string;
  beforeAll(async () => {
    folder = await scratch();
    const at = (name: string) => join(folder.path, name);
    const still = ['-f', 'lavfi', '-i', 'smptehdbars=size=320x180:rate=25:duration=2'];
    simple = await makeSource(at('simple.mp4'), [...still, ...quick]);
    noisy = await makeSource(at('noisy.mp4'), [...picture('320x180', 25, 12), '-vf', 'noise=alls=25:allf=t', ...quick]);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const job = (source: string, options: Parameters<typeof runJob>[3] = {}) =>
    runJob(
      folder.path,
      source,
      {
        outputs: [{ kind: 'hls' }],
        ladder: { kind: 'per-title', renditions: [{ height: 180 }, { height: 134 }, { height: 90 }] },
        video: { codec: 'h264', preset: 'ultrafast' },
      },
      options,
    );
  const made = ({ output }: RanJob) => output.renditions.map(({ name }) => name);
  const tried = ({ output }: RanJob) => output.perTitle?.renditions ?? [];

  it('spends fewer bits on a simple picture than on a noisy one, and leaves out what adds nothing', async () => {
    const [easy, hard] = [await job(simple), await job(noisy)];
    expect([easy.output.perTitle?.metric, hard.output.perTitle?.metric]).toEqual([METRIC, METRIC]);
    // A source that is short is tried whole; of a longer one, three pieces.
    expect(easy.output.perTitle?.windows).toEqual([{ startSeconds: 0, durationSeconds: 2 }]);
    expect(hard.output.perTitle?.windows.map(({ startSeconds }) => startSeconds)).toEqual([1, 5, 9]);
    const [easyTop, hardTop] = [tried(easy)[0], tried(hard)[0]];
    expect((easyTop?.chosen.bitrate ?? 0) * 5).toBeLessThan(hardTop?.chosen.bitrate ?? 0);
    expect(easyTop?.chosen.reached).toBe(true);
    expect((easy.output.renditions[0]?.bitrate ?? 0) * 5).toBeLessThan(hard.output.renditions[0]?.bitrate ?? 0);
    expect(made(easy)).toEqual(['180p']);
    for (const result of [easy, hard]) {
      expect(made(result)).toEqual(tried(result).flatMap(({ name, dropped }) => (dropped === undefined ? [name] : [])));
      for (const { trials } of tried(result)) {
        const bits = trials.map(({ bitrate }) => bitrate);
        expect(bits).toEqual([...bits].sort((a, b) => b - a));
      }
      expect(result.stages).toEqual(['probe', 'choose', 'encode', 'verify']);
      const fractions = result.progress.map(({ fraction }) => fraction ?? 0);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      // Trials are not billed.
      const pixels = result.output.renditions.reduce((sum, one) => sum + one.width * one.height * one.frames, 0);
      expect(result.usage.at(-1)).toBe(BigInt(pixels));
    }
  });

  it('stops in the middle of its trials, and leaves nothing', async () => {
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('enough'));
    await expect(job(noisy, { signal: abort.signal, onProgress })).rejects.toThrow('enough');
  });
});
