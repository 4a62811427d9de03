import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByocError } from '@byoc/core';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { createTranscodePlugin } from '@byoc/plugin-transcode/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { runJob, scratch } from './run-job.ts';

const { ffmpeg } = await findFfmpeg();
const disk = await mountSmallDisk(4);
let folder: Awaited<ReturnType<typeof scratch>>;
let source: string;
beforeAll(async () => {
  folder = await scratch();
  source = await makeSource(join(folder.path, 'good.mp4'), [...picture('320x180', 25, 2), ...tone(2), ...quick]);
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await disk?.remove();
});

/** The ffmpeg of this machine with a fault: `fault` is shell text that runs before it, for every encode. */
async function faulty(name: string, fault: string): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(
    path,
    `#!/bin/sh\ncase "$*" in *-version*) ;; *-filter_complex*) ${fault} ;; esac\nexec ${ffmpeg.path} "$@"\n`,
  );
  await chmod(path, 0o755);
  return path;
}

/** A configuration without a folder of fonts, beside the program. */
const NO_FONTS =
  'FONTCONFIG_FILE="$0.conf"; export FONTCONFIG_FILE; printf "<fontconfig></fontconfig>" > "$FONTCONFIG_FILE"';

const fails = (ffmpegPath: string, limits = {}) =>
  runJob(folder.path, source, {}, { plugin: { ffmpegPath, limits } }).then(
    () => Promise.reject(new Error('it did not fail')),
    (error: ByocError<'JOB_FAILED'>) => ({ ...error.facts, jobId: '' }),
  );

describe('an ffmpeg', () => {
  it('that is missing is told at once', async () => {
    const path = join(folder.path, 'no-such-ffmpeg');
    await expect(findFfmpeg({ path })).rejects.toMatchObject({
      reason: 'ffmpeg-missing',
      message: `No ffmpeg: \`${path}\` does not start`,
      hint: 'Install ffmpeg, or let BYOC_FFMPEG name its path.',
    });
  });

  it('that is another program is told at once', async () => {
    await expect(findFfmpeg({ path: '/bin/ls' })).rejects.toThrow('does not answer as ffmpeg');
  });

  it('that is too old is told at once', async () => {
    const path = join(folder.path, 'old');
    const banner = 'ffmpeg version 3.4.8 Copyright (c) 2000-2020\nlibavcodec     57.107.100 / 57.107.100\n';
    await writeFile(path, `#!/bin/sh\nprintf '${banner.replaceAll('\n', '\\n')}'\n`);
    await chmod(path, 0o755);
    await expect(findFfmpeg({ path })).rejects.toMatchObject({
      reason: 'ffmpeg-too-old',
      message: `The ffmpeg at \`${path}\` is too old: version 3.4.8`,
      hint: 'Install ffmpeg 4.1 or later, or let BYOC_FFMPEG name one.',
    });
  });

  it.each([
    ['text-unsupported', 'echo "[AVFilterGraph @ 0x1] [error] No such filter: \'drawtext\'" >&2; exit 1'],
    ['font-missing', NO_FONTS],
  ])('that can not draw text is told as %s', async (reason, fault) => {
    const ffmpegPath = await faulty(reason, fault);
    const input = { picture: { texts: [{ text: 'x' }] } };
    await expect(runJob(folder.path, source, input, { plugin: { ffmpegPath } })).rejects.toMatchObject({
      facts: { reason, recovery: 'retry-other' },
    });
  });

  it('that has no font for subtitles is told, though it goes on', async () => {
    const ffmpegPath = await faulty('no-font', NO_FONTS);
    const words = join(folder.path, 'words.srt');
    await writeFile(words, '1\n00:00:00,000 --> 00:00:01,000\nx\n');
    const input = { picture: { burnedSubtitles: { file: { $part: 'words' } } } };
    const job = runJob(folder.path, source, input, { plugin: { ffmpegPath }, files: { words } });
    await expect(job).rejects.toMatchObject({ facts: { reason: 'font-missing' } });
  });

  it('without the encoder fails the job, and the fitness test before any job', async () => {
    const path = join(folder.path, 'without-x264');
    const script = `#!/bin/bash\nexec ${ffmpeg.path} "\${@/libx264/libx264-that-is-not-built-in}"\n`;
    await writeFile(path, script);
    await chmod(path, 0o755);
    expect(await fails(path)).toMatchObject({
      reason: 'encoder-missing',
      message: expect.stringContaining('Unknown encoder'),
      hint: 'Ask for a codec or rate control that is there, or choose another offer.',
      recovery: 'retry-other',
    });
    const plugin = createTranscodePlugin({ ffmpegPath: path });
    const context = { signal: new AbortController().signal, tmp: folder.path } as Parameters<
      NonNullable<typeof plugin.fitness>
    >[0];
    await expect(plugin.fitness?.(context)).rejects.toMatchObject({ reason: 'ffmpeg-unsuitable' });
  });

  it('that crashes fails the job with its exit code and last words', async () => {
    expect(await fails(await faulty('crashes', 'echo "[fatal] the encoder is on fire" >&2; exit 70'))).toEqual({
      jobId: '',
      reason: 'ffmpeg-failed',
      message: 'ffmpeg ended with exit code 70: the encoder is on fire.',
      hint: 'The log of the plugin has all that it wrote.',
      recovery: 'retry-other',
    });
  });

  it.each(['SEGV', 'KILL', 'TERM'])('that dies by SIG%s fails the job with the signal', async (signal) => {
    expect(await fails(await faulty(`dies-${signal}`, `kill -${signal} $$; sleep 60`))).toMatchObject({
      reason: 'ffmpeg-killed',
      message: `ffmpeg ended with signal SIG${signal}.`,
      recovery: 'retry-other',
    });
  });

  it('that hangs is ended, with all that it started', async () => {
    const path = await faulty('hangs', 'echo frame=1 >&3; echo progress=continue >&3; sleep 987654');
    expect(await fails(path, { maxStillSeconds: 0.5 })).toMatchObject({
      reason: 'ffmpeg-hung',
      message: 'ffmpeg did nothing any more and was ended.',
      recovery: 'retry-other',
    });
    const commands = await Promise.all(
      (await readdir('/proc'))
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    expect(commands.filter((command) => command.includes('987654'))).toEqual([]);
  });
});

describe('a job', () => {
  it('is ended when it has worked for too long', async () => {
    const long = await makeSource(join(folder.path, 'long.mp4'), [...picture('640x360', 30, 60), ...quick]);
    const limits = { maxWallSeconds: 0.5 };
    const job = runJob(folder.path, long, { video: { codec: 'h264', preset: 'veryslow' } }, { plugin: { limits } });
    await expect(job).rejects.toMatchObject({
      facts: {
        reason: 'limit-exceeded',
        message: 'The job was ended after 0.5 seconds of work, which is all that a job may take here.',
        recovery: 'retry-other',
      },
    });
  });

  it('over a limit is refused with the number, before anything is encoded', async () => {
    const begun = join(folder.path, 'begun');
    const ffmpegPath = await faulty('telling', `touch '${begun}'`);
    const outputs = [{ kind: 'hls' as const }, { kind: 'mp4' as const }];
    const run = (limits: object) =>
      runJob(
        folder.path,
        source,
        { outputs, ladder: [{ height: 180 }, { height: 90 }] },
        { plugin: { ffmpegPath, limits } },
      );
    const over: [object, string][] = [
      [{ maxSeconds: 1 }, '2 seconds; at most 1 are'],
      [{ maxPixels: 3_599_999 }, '3600000 pixels; at most 3599999 are'],
      [{ maxPixelsPerSecond: 1_799_999 }, '1800000 pixels a second; at most 1799999 are'],
      [{ maxSourcePixels: 57_599 }, '57600 pixels a picture; at most 57599 are'],
      [{ maxSourceBytes: 100 }, 'bytes of source; at most 100 are'],
      [{ maxOutputs: 1 }, '2 outputs; at most 1 are'],
      [{ maxRenditions: 1 }, '2 renditions; at most 1 are'],
    ];
    for (const [limits, says] of over)
      await expect(run(limits)).rejects.toMatchObject({
        facts: { reason: 'limit-exceeded', message: expect.stringContaining(`${says} allowed here.`) },
      });
    expect(await readdir(folder.path)).not.toContain('begun');
    await run({ maxSeconds: 3, maxPixels: 3_600_000, maxPixelsPerSecond: 1_800_000, maxOutputs: 2, maxRenditions: 2 });
    expect(await readdir(folder.path)).toContain('begun');
  });

  it.each([
    ['seconds', { maxSeconds: 2 }, 'The job has 3 seconds; at most 2 are allowed here.'],
    ['pixels', { maxPixels: 1_000_000 }, 'pixels; at most 1000000 are allowed here.'],
  ])('is ended when its source has more %s than it may, without saying so', async (_what, limits, message) => {
    // Raw H.264 tells no duration.
    const raw = await makeSource(join(folder.path, 'raw.h264'), [...picture('320x180', 25, 3), ...quick]);
    await expect(runJob(folder.path, raw, {}, { plugin: { limits } })).rejects.toThrow(message);
  });

  it('keeps a worker with limits that can not be read from getting ready', async () => {
    const plugin = createTranscodePlugin({ environment: { BYOC_TRANSCODE_MAX_OUTPUTS: 'few' } });
    const context = { signal: new AbortController().signal } as Parameters<NonNullable<typeof plugin.setup>>[0];
    await expect(plugin.setup?.(context)).rejects.toThrow('BYOC_TRANSCODE_MAX_OUTPUTS is no positive number: `few`');
  });
});

describe.skipIf(disk === undefined)('a disk that gets full', () => {
  it.each([
    ['while it encodes', 'hls' as const, 20_000_000],
    ['while it packages', 'mp4' as const, 2_500_000],
  ])('%s fails the job, and nothing is left', async (_when, kind, bitrate) => {
    const noise = await makeSource(join(folder.path, 'noise.mp4'), [
      ...['-f', 'lavfi', '-i', 'nullsrc=size=320x180:rate=25:duration=8,geq=random(1)*255:128:128'],
      ...quick,
    ]);
    const video = {
      codec: 'h264' as const,
      preset: 'ultrafast' as const,
      rateControl: { mode: 'cbr' as const, bitrate },
    };
    const path = disk?.path ?? '';
    await expect(runJob(path, noise, { outputs: [{ kind }], video })).rejects.toMatchObject({
      facts: { reason: 'disk-full', recovery: 'retry-other', hint: expect.stringContaining('Free some space') },
    });
    const left = (await readdir(path, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    expect(left).toEqual([]);
  });
});
