import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { makeSource, picture, quick, tone } from '../tests/integration/transcode/make-source.ts';
import { runJob } from '../tests/integration/transcode/run-job.ts';
import { runCommand } from '../tests/support/run-command.ts';

/** The plugin's handler against the same work as one ffmpeg command written by hand. Prints the ratio of the medians; the bar is 1.02. */
const folder = await mkdtemp(join(tmpdir(), 'byoc-bench-transcode-'));
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
try {
  const { ffmpeg } = await findFfmpeg();
  const source = await makeSource(join(folder, 'source.mp4'), [...picture('1920x1080', 30, 10), ...tone(10), ...quick]);
  const sizes = [
    [1920, 1080, 5_000_000],
    [1280, 720, 2_700_000],
    [854, 480, 1_500_000],
    [640, 360, 950_000],
  ] as const;
  const segments = (name: string) =>
    `-f hls -hls_time 3.98 -hls_playlist_type vod -hls_segment_type fmp4 -hls_segment_filename ${name}/%05d.m4s ${name}/index.m3u8`.split(
      ' ',
    );
  const graph = `[0:v]split=4[a0][a1][a2][a3];${sizes.map(([w, h], at) => `[a${at}]scale=${w}:${h},format=yuv420p[v${at}]`).join(';')}`;
  const hand = [
    ...['-nostdin', '-v', 'error', '-y', '-i', source, '-filter_complex', graph],
    ...sizes.flatMap(([, height, rate], at) => [
      ...`-map [v${at}] -c:v libx264 -preset veryfast -profile:v high -crf 23 -maxrate ${rate} -bufsize ${rate * 2}`.split(
        ' ',
      ),
      ...['-g', '60', '-keyint_min', '60', '-sc_threshold', '0', ...segments(String(height))],
    ]),
    ...['-map', '0:a', '-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000', ...segments('audio')],
  ];
  const times: { plugin: number[]; hand: number[] } = { plugin: [], hand: [] };
  for (let round = 0; round < 3; round += 1) {
    const cwd = await mkdtemp(join(folder, 'hand-'));
    for (const name of [...sizes.map(([, height]) => String(height)), 'audio']) await mkdir(join(cwd, name));
    let started = performance.now();
    const ran = await runCommand(ffmpeg.path, hand, { cwd });
    if (ran.exitCode !== 0) throw new Error(ran.stderr);
    times.hand.push(performance.now() - started);
    started = performance.now();
    await runJob(folder, source, {});
    times.plugin.push(performance.now() - started);
  }
  const [plugin, byHand] = [median(times.plugin), median(times.hand)];
  process.stdout.write(
    `transcode 1080p 10 s to 4 renditions: plugin ${plugin.toFixed(0)} ms, by hand ${byHand.toFixed(0)} ms, ratio ${(plugin / byHand).toFixed(3)} (bar 1.02)\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
