import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeSource, quick } from './make-source.ts';
import { storedValues } from './read-pictures.ts';
import { runJob, scratch } from './run-job.ts';

const { ffmpeg } = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
let source: string;
beforeAll(async () => {
  folder = await scratch();
  // Every second is brighter than the one before.
  const steps = "geq=lum='16+40*floor(T)':cb=128:cr=128";
  source = await makeSource(join(folder.path, 'steps.mp4'), [
    ...['-f', 'lavfi', '-i', `color=black:size=160x90:rate=10:duration=5,${steps}`, ...quick],
  ]);
});
afterAll(() => folder[Symbol.asyncDispose]());

it('makes thumbnails at moments: a file and a line of the track for each', async () => {
  const { output, out } = await runJob(folder.path, source, {
    outputs: [
      { kind: 'thumbnails', atSeconds: [3.5, 0, 1.95] },
      { kind: 'preview', durationSeconds: 2.4, pieces: 3 },
    ],
  });
  expect(output.outputs[0]).toMatchObject({ kind: 'thumbnails', pictures: 3, atSeconds: [0, 1.9, 3.5] });
  const files = (await readdir(join(out, 'thumbnails'))).filter((name) => name.endsWith('.jpg')).sort();
  expect(files).toHaveLength(3);
  const brightness = await Promise.all(
    files.map(async (name) => (await storedValues(join(out, 'thumbnails', name), [[80, 45]]))[0]?.[0] ?? 0),
  );
  for (const [at, expected] of [16, 56, 136].entries())
    expect(Math.abs((brightness[at] ?? 0) - expected)).toBeLessThan(4);
  const track = await readFile(join(out, 'thumbnails/thumbnails.vtt'), 'utf8');
  expect(track.match(/^.* --> .*$/gm)).toEqual([
    '00:00:00.000 --> 00:00:01.900',
    '00:00:01.900 --> 00:00:03.500',
    '00:00:03.500 --> 00:00:05.000',
  ]);
  expect(output.usage.pixels).toBe('0');

  const preview = output.outputs[1];
  expect(preview).toMatchObject({ kind: 'preview', width: 160, height: 90, durationMs: 2400 });
  // Read by another program than the one that wrote it: pictures that are alike may be one that lasts.
  const bytes = await readFile(join(out, 'preview/preview.webp'));
  expect([bytes.toString('latin1', 8, 16), bytes.readUInt32LE(4) + 8]).toEqual(['WEBPVP8X', bytes.length]);
  expect([bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1]).toEqual([160, 90]);
  expect(bytes.includes('ANIM')).toBe(true);
});

it('refuses previews where ffmpeg makes none', async () => {
  const path = join(folder.path, 'without-webp');
  await writeFile(
    path,
    `#!/bin/sh\ncase "$*" in *-encoders*) ${ffmpeg.path} "$@" | grep -v libwebp ;; *) exec ${ffmpeg.path} "$@" ;; esac\n`,
  );
  await chmod(path, 0o755);
  const job = runJob(folder.path, source, { outputs: [{ kind: 'preview' }] }, { plugin: { ffmpegPath: path } });
  await expect(job).rejects.toMatchObject({
    message: expect.stringContaining('libwebp'),
    facts: { reason: 'encoder-missing', recovery: 'retry-other' },
  });
});
