import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plugin, silentLogger } from '@byoc/core';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { createTranscodePlugin } from '@byoc/plugin-transcode/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSource, picture, quick } from './make-source.ts';
import { runJob, scratch } from './run-job.ts';

const found = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
let source: string;
beforeAll(async () => {
  folder = await scratch();
  source = await makeSource(join(folder.path, 'in.mp4'), [...picture('320x180', 25, 1), ...quick]);
});
afterAll(() => folder[Symbol.asyncDispose]());

const ladder = [{ height: 180 }, { height: 144 }, { height: 90 }];
const ask = (hardware?: 'auto' | 'require' | 'never') => ({
  ladder,
  video: { codec: 'h264' as const, preset: 'ultrafast' as const, ...(hardware === undefined ? {} : { hardware }) },
});
type Details = Record<string, { works: boolean; problem?: string; pixelsPerSecond?: number; sessions?: number }>;

async function setUp(plugin: Plugin): Promise<Details> {
  const [signal, log] = [new AbortController().signal, silentLogger];
  const context = { signal, log, tmp: folder.path, models: {}, report() {}, fail() {} };
  const { details } = (await plugin.setup?.(context)) ?? {};
  expect(details?.listedEncoders).toContain('libx264');
  return details?.encoders as unknown as Details;
}

const hasCard = ['/dev/nvidiactl', '/dev/dri', '/dev/dxg'].some((path) => existsSync(path));

describe.skipIf(hasCard || process.platform !== 'linux')('a machine without a card', () => {
  it('measures the encoders that work, and says why others do not', async () => {
    const details = await setUp(createTranscodePlugin());
    expect(details.libx264?.works).toBe(true);
    expect(details.libx264?.pixelsPerSecond).toBeGreaterThan(0);
    const cards = Object.entries(details).filter(([name]) => name.startsWith('h264_'));
    expect(cards.length).toBeGreaterThan(0);
    for (const [, { works, problem, pixelsPerSecond }] of cards) {
      expect(works).toBe(false);
      expect(problem).not.toBe('');
      expect(pixelsPerSecond).toBeUndefined();
    }
  });

  it('encodes with the processor, and says why; refuses what requires a card', async () => {
    const { output } = await runJob(folder.path, source, ask());
    expect(output.renditions.map(({ encoder }) => encoder)).toEqual(['libx264', 'libx264', 'libx264']);
    expect(output.hardware).toMatchObject({ used: [], frames: 'memory' });
    expect(output.hardware?.reason).toMatch(/^no card works here: .*h264_nvenc: \w/);
    const never = await runJob(folder.path, source, ask('never'));
    expect(never.output.hardware?.reason).toBe('the job asked for none');
    await expect(runJob(folder.path, source, ask('require'))).rejects.toMatchObject({
      code: 'JOB_FAILED',
      facts: { reason: 'hardware-missing', recovery: 'retry-other' },
    });
  });
});

/** An ffmpeg whose h264_nvenc is libx264: no test machine has a card that works at first, and fails in the middle of its work. */
async function standIn(name: string, failsWhen: string): Promise<string> {
  const path = join(folder.path, name, 'ffmpeg');
  await mkdir(join(folder.path, name));
  const script = `#!${process.execPath}
const { spawnSync } = require('node:child_process');
const args = process.argv.slice(2);
const uses = args.filter((word) => word === 'h264_nvenc').length;
const isJob = args.includes('-progress');
if (uses > 0 && (${failsWhen})) { console.error('[h264_nvenc @ 0x1] [error] OpenEncodeSessionEx failed: out of sessions'); process.exit(1); }
const own = ['-tune', '-rc', '-cq', '-no-scenecut', '-forced-idr', '-strict_gop'];
const passed = [];
for (let at = 0; at < args.length; at += 1) {
  if (uses > 0 && own.includes(args[at])) at += 1;
  else if (uses > 0 && args[at] === '-b:v' && args[at + 1] === '0') at += 1;
  else passed.push(args[at] === 'h264_nvenc' ? 'libx264' : /^p[1-7]$/.test(args[at]) ? 'ultrafast' : args[at]);
}
const ended = spawnSync(${JSON.stringify(found.ffmpeg.path)}, passed, { stdio: ['ignore', args.includes('-encoders') ? 'pipe' : 'inherit', 'inherit', 3] });
if (args.includes('-encoders')) console.log(ended.stdout.toString() + ' V....D h264_nvenc           stand-in');
process.exit(ended.status ?? 1);
`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}

describe('a card', () => {
  it('encodes as many renditions as it has sessions; the processor encodes the others', async () => {
    const plugin = createTranscodePlugin({ ffmpegPath: await standIn('two', "uses > 2 || args.includes('-hwaccel')") });
    expect((await setUp(plugin)).h264_nvenc).toMatchObject({ works: true, sessions: 2, keepsFrames: false });
    const { output } = await runJob(folder.path, source, ask(), { plugin });
    expect(output.renditions.map(({ encoder }) => encoder)).toEqual(['h264_nvenc', 'h264_nvenc', 'libx264']);
    expect(output.hardware).toEqual({
      used: ['h264_nvenc'],
      frames: 'memory',
      reason: 'the card has no session left for 90p',
    });
    await expect(runJob(folder.path, source, ask('require'), { plugin })).rejects.toMatchObject({
      facts: { reason: 'hardware-sessions' },
    });
  });

  it('that keeps no pictures gets them from memory; one that fails is left, and the result says so', async () => {
    const memory = await standIn('memory', "args.includes('-hwaccel')");
    const uploaded = await runJob(folder.path, source, ask('require'), { plugin: { ffmpegPath: memory } });
    expect(uploaded.output.hardware).toMatchObject({ used: ['h264_nvenc'], frames: 'memory' });
    expect(uploaded.output.hardware?.reason).toMatch(/^h264_nvenc with pictures on the card failed/);

    const broken = { ffmpegPath: await standIn('broken', 'isJob') };
    const left = await runJob(folder.path, source, ask(), { plugin: broken });
    expect(left.output.hardware?.used).toEqual([]);
    expect(left.output.hardware?.reason).toMatch(/pictures from memory failed .*out of sessions/);
    const pixels = left.output.renditions.reduce((sum, one) => sum + one.width * one.height * one.frames, 0);
    expect(left.usage.at(-1)).toBe(BigInt(pixels));
    await expect(runJob(folder.path, source, ask('require'), { plugin: broken })).rejects.toMatchObject({
      code: 'JOB_FAILED',
      facts: { reason: 'ffmpeg-failed' },
    });
    const kept = await runJob(folder.path, source, ask(), { plugin: { ...broken, hardware: 'never' } });
    expect(kept.output.hardware?.reason).toContain('h264_nvenc: the operator allows no card');
  });
});
