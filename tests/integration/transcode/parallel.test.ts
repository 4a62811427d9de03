import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway, fileBlob, type Gateway, staticSource } from '@byoc/core/gateway';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { type ParallelOptions, transcodeInParallel } from '@byoc/plugin-transcode/parallel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHls } from '../../support/hls/check-hls.ts';
import { type OrchestratorProcess, startOrchestratorProcess } from '../../support/orchestrator-process.ts';
import { repositoryRoot, runByoc, runCommand } from '../../support/run-command.ts';
import { makeSource, picture, tone } from './make-source.ts';
import { runJob, scratch } from './run-job.ts';

const { ffmpeg, ffprobe } = await findFfmpeg();
const orchestrators: OrchestratorProcess[] = [];
let folder: Awaited<ReturnType<typeof scratch>>;
let gateway: Gateway;

async function startOne(name: string): Promise<OrchestratorProcess> {
  const dataDirectory = join(folder.path, name);
  const orchestrator = await startOrchestratorProcess({ dataDirectory, runtime: 'process' });
  orchestrators.push(orchestrator);
  const plugin = join(repositoryRoot, 'packages/plugin-transcode');
  const installed = await runByoc(['plugin', 'install', plugin, '--data-dir', dataDirectory]);
  expect(installed).toMatchObject({ exitCode: 0 });
  return orchestrator;
}

beforeAll(async () => {
  folder = await scratch();
  const [one, two] = [await startOne('one'), await startOne('two')];
  gateway = createGateway({ sources: [staticSource([one.url, two.url])] });
  await gateway.ready();
});
afterAll(async () => {
  await gateway.close();
  for (const orchestrator of orchestrators) await orchestrator.stop();
  await folder[Symbol.asyncDispose]();
});

/** A tone that grows and shrinks: a gap or a repeated piece shows. */
const sweep = (seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `aevalsrc='sin(440*2*PI*t)*(0.4+0.3*sin(t))':s=48000:d=${seconds}`,
];
const gops = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '45', '-bf', '3', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

/** When each picture, or each piece of sound, is shown and for how long, in order. */
async function times(playlist: string): Promise<string[]> {
  const args = ['-v', 'error', '-show_entries', 'packet=pts,duration,stream_index', '-of', 'csv=p=0', playlist];
  const { stdout } = await runCommand(ffprobe ?? 'ffprobe', args);
  return stdout.trim().split('\n').toSorted();
}

/** What a decoder makes of a file: one line a frame, or a piece of sound. */
async function decoded(file: string, stream: 'v' | 'a'): Promise<string[]> {
  const args = ['-v', 'error', '-i', file, '-map', `0:${stream}:0`, '-f', 'framecrc', '-'];
  const { stdout, stderr } = await runCommand(ffmpeg.path, args);
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line.startsWith('0,'));
}

/** The checksum of each piece of sound, and when it comes, to the millisecond or two. */
async function samples(file: string): Promise<string[]> {
  const fields = (await decoded(file, 'a')).map((line) => line.split(',').map((field) => field.trim()));
  return fields.map(([, , pts, , bytes, sum]) => `${Math.round(Number(pts) / 96)} ${bytes} ${sum}`);
}

const request = {
  outputs: [{ kind: 'hls' as const, segmentSeconds: 2 }, { kind: 'mp4' as const }, { kind: 'thumbnails' as const }],
  ladder: [{ height: 180 }, { height: 90 }],
  quality: { psnr: true, ssim: true },
};

async function inParallel(source: string, options: ParallelOptions = {}, input: object = request) {
  const workDirectory = await mkdtemp(join(folder.path, 'work-'));
  const out = join(workDirectory, 'out');
  const transcoding = transcodeInParallel(
    gateway,
    { ...input, source: fileBlob(source) },
    { parallel: 2, workDirectory, ...options },
  );
  return { transcoding, out, workDirectory };
}

const ntsc = (seconds: number) => ['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=30000/1001:duration=${seconds}`];

/** A source that is cut, and what is asked of it. */
interface Cut {
  readonly what: string;
  readonly file: string;
  readonly args: () => string[];
  readonly input?: object;
  readonly options?: ParallelOptions;
}

const twoSounds = ['-map', '0:v', '-map', '1:a', '-map', '2:a', '-metadata:s:a:0', 'language=ger'];
const fields = ['-vf', 'interlace=scan=tff,setfield=tff', '-flags', '+ilme+ildct'];
const npmFfmpeg = join(repositoryRoot, 'node_modules/@ffmpeg-installer/linux-x64/ffmpeg');
const sources: Cut[] = [
  { what: 'MP4 with B-frames at 30000/1001', file: 'ntsc.mp4', args: () => [...ntsc(45), ...sweep(45), ...gops] },
  {
    what: 'Matroska whose pictures start late, with two sounds',
    file: 'late.mkv',
    args: () => [...ntsc(32), ...sweep(32), ...tone(32), ...twoSounds, '-metadata:s:a:1', 'title=Tone', ...gops],
    input: { audio: { codec: 'aac', tracks: [{ track: 1 }, { track: 0, name: 'Sweep' }] } },
  },
  {
    what: 'Matroska that is cut by an ffmpeg without ffprobe',
    file: 'short.mkv',
    args: () => [...ntsc(32), ...sweep(32), ...gops],
    options: { ffmpegPath: npmFfmpeg },
  },
  { what: 'MPEG-TS at 25', file: 'pal.ts', args: () => [...picture('320x180', 25, 32), ...sweep(32), ...gops] },
  {
    what: 'interlaced MP4',
    file: 'fields.mp4',
    args: () => [...picture('320x180', 50, 32), ...sweep(32), ...gops, ...fields],
  },
];

describe('a transcode in parallel', () => {
  // Times are read with ffprobe.
  it.skipIf(ffprobe === undefined).each(sources)(
    'of $what gives what one job gives, frame by frame and sample by sample',
    async ({ file: name, args, input: more, options }) => {
      const source = await makeSource(join(folder.path, name), args());
      const asked = { ...request, ...more };
      const one = await runJob(folder.path, source, asked);
      const { transcoding, out, workDirectory } = await inParallel(source, options, asked);
      const result = await transcoding.result;
      await result.download(out);

      const chunks = result.jobs.filter(({ piece }) => piece.startsWith('chunk'));
      expect([chunks.length, result.output.warnings]).toEqual([expect.toSatisfy((count) => count > 1), []]);
      expect(result.proof).toMatchObject({ matches: true, mismatches: [] });
      const facts = ({
        name: rung,
        width,
        height,
        frames,
        frameRate,
        codec,
        durationMs,
      }: (typeof one.output.renditions)[0]) => [...[rung, width, height, frames, frameRate, codec, durationMs]];
      expect(result.output.renditions.map(facts)).toEqual(one.output.renditions.map(facts));
      // Without ffprobe a duration has two digits.
      const about = ({ durationMs, ...rest }: typeof one.output.source) => [Math.round(durationMs / 20), rest];
      expect(about(result.output.source)).toEqual(about(one.output.source));
      // Matroska keeps times to the millisecond, and copying it rounds once more.
      const sounds = one.output.sounds.map(({ durationMs, bitrate, ...sound }) => ({
        ...sound,
        durationMs: expect.toSatisfy((value: number) => Math.abs(value - durationMs) < 1),
        bitrate: expect.toSatisfy((value: number) => Math.abs(value / bitrate - 1) < 0.001),
      }));
      expect(result.output.sounds).toEqual(sounds);
      expect(result.output.audio).toEqual(result.output.sounds[0]);
      expect(result.output.usage).toEqual(one.output.usage);
      expect(result.output.outputs.map(({ kind }) => kind)).toEqual(one.output.outputs.map(({ kind }) => kind));
      for (const [at, { psnr = 0, ssim = 0 }] of result.output.renditions.entries()) {
        const single = one.output.renditions[at];
        expect(psnr).toBeGreaterThan((single?.psnr ?? 100) - 0.1);
        expect(ssim).toBeGreaterThan((single?.ssim ?? 1) - 0.002);
      }

      for (const file of ['hls/180p/index.m3u8', 'hls/90p/index.m3u8'])
        expect(await times(join(out, file))).toEqual(await times(join(one.out, file)));
      for (const file of [...one.output.sounds.map(({ playlist }) => playlist?.$part ?? ''), 'mp4/180p.mp4'])
        expect(await samples(join(out, file))).toEqual(await samples(join(one.out, file)));
      const master = async (from: string) =>
        (await readFile(join(from, 'hls/master.m3u8'), 'utf8')).match(/^#.*MEDIA.*$/gm);
      expect(await master(out)).toEqual(await master(one.out));
      expect(await decoded(join(out, 'hls/180p/index.m3u8'), 'v')).toHaveLength(one.output.renditions[0]?.frames ?? 0);
      const durations = async (rung: string) =>
        (await readFile(join(out, `hls/${rung}/index.m3u8`), 'utf8')).match(/#EXTINF:.*/g);
      expect(await durations('90p')).toEqual(await durations('180p'));
      expect(await readFile(join(out, 'thumbnails/thumbnails.vtt'), 'utf8')).toBe(
        await readFile(join(one.out, 'thumbnails/thumbnails.vtt'), 'utf8'),
      );
      await transcoding.close();
      expect(await readdir(workDirectory)).toEqual(['out']);
    },
  );

  it.each([
    [
      'its frame rate varies',
      () => [
        ...ntsc(12),
        '-vf',
        "settb=1/90000,setpts='PTS+0.4*sin(N)/30/TB'",
        '-vsync',
        'vfr',
        '-enc_time_base',
        '1/90000',
        ...gops,
      ],
    ],
    [
      'its fields lie otherwise than it says',
      () => [
        ...picture('720x576', 50, 8),
        '-vf',
        'interlace=scan=bff,setfield=prog',
        ...gops,
        ...['-preset', 'ultrafast', '-bf', '0'],
      ],
    ],
    [
      'it has no keyframe in the middle where it can be cut',
      () => [...ntsc(12), ...gops, '-g', '9999', '-sc_threshold', '0'],
    ],
  ])('runs as one job, and says so, when %s', async (reason, args) => {
    const source = await makeSource(join(folder.path, `whole-${Math.random()}.mp4`), args());
    const { transcoding } = await inParallel(source, { chunkSeconds: 6 }, { ladder: [{ height: 90 }] });
    const { output, jobs } = await transcoding.result;
    expect([output.warnings, jobs.map(({ piece }) => piece)]).toEqual([[`Encoded as one job: ${reason}.`], ['whole']]);
    await transcoding.close();
  });

  it('leaves nothing when it is cancelled midway', async () => {
    const source = await makeSource(join(folder.path, 'cancelled.mp4'), [...ntsc(30), ...gops]);
    const { transcoding, workDirectory } = await inParallel(source, { chunkSeconds: 6 }, { ladder: [{ height: 180 }] });
    for await (const frame of transcoding) if (frame.type === 'accepted') transcoding.cancel();
    await expect(transcoding.result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    await transcoding.close();
    expect(await readdir(workDirectory)).toEqual([]);
  });

  it('ends the other pieces, and leaves nothing, when one fails for good', async () => {
    const source = await makeSource(join(folder.path, 'refused.mp4'), [...ntsc(20), ...gops]);
    // A name that is taken is found by the plugin, not by the contract.
    const input = {
      ladder: [
        { name: 'same', height: 180 },
        { name: 'same', height: 90 },
      ],
    };
    const { transcoding, workDirectory } = await inParallel(source, { chunkSeconds: 6 }, input);
    await expect(transcoding.result).rejects.toThrow('Two renditions are named `same`');
    expect(await readdir(workDirectory)).toEqual([]);
  });

  it('goes on at the other orchestrator when one is killed midway', async () => {
    const source = await makeSource(join(folder.path, 'killed.mp4'), [...ntsc(40), ...sweep(40), ...gops]);
    const { transcoding, out } = await inParallel(source, { chunkSeconds: 6 }, { ladder: [{ height: 180 }] });
    const doomed = orchestrators[1] as OrchestratorProcess;
    let killed: Promise<void> | undefined;
    for await (const frame of transcoding)
      if (frame.type === 'accepted' && frame.orchestrator.url === doomed.url) killed ??= doomed.kill();
    await killed;
    expect(killed).toBeDefined();
    const { output, jobs, proof, download } = await transcoding.result;
    await download(out);
    expect(output.renditions[0]?.frames).toBe(1199);
    expect(proof).toMatchObject({ matches: true });
    expect(jobs.at(-1)?.orchestrator.url).toBe(orchestrators[0]?.url);
    expect(await decoded(join(out, 'hls/180p/index.m3u8'), 'v')).toHaveLength(1199);
    expect(await checkHls(join(out, 'hls/master.m3u8'))).toEqual([]);
    await transcoding.close();
  });
});
