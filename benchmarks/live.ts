import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { makeSegments, startLiveJob } from '../tests/integration/transcode/live-job.ts';
import { median, percentile, report } from './support/statistics.ts';

/**
 * video/live against ffmpeg by hand, on the same segments with the same encoder settings, in alternating rounds:
 *
 * - one warm encoder against a start of ffmpeg for each segment of 1 s (bar: 1.3 times as fast);
 * - what the plugin adds to a segment of 2 s over the encode itself: from its last byte in to its last byte out, less the time for which
 *   ffmpeg had it (bar: 60 ms at p99).
 */
const folder = await mkdtemp(join(tmpdir(), 'byoc-bench-live-'));
const ladder = [
  { name: '360p', height: 360, videoBitrate: 800_000 },
  { name: '180p', height: 180, videoBitrate: 300_000 },
];
const video = { preset: 'veryfast' } as const;

/** One ffmpeg for one segment, as a transcoder without a warm encoder runs it. */
async function coldEncode(ffmpegPath: string, segment: Buffer): Promise<void> {
  const outputs = ladder.flatMap(({ height, videoBitrate }, at) => [
    ...[
      '-map',
      `[v${at}]`,
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-profile:v',
      'high',
      '-tune',
      'zerolatency',
      '-crf',
      '23',
    ],
    ...['-maxrate', String(videoBitrate), '-bufsize', String(videoBitrate * 2), '-g', '1000000', '-sc_threshold', '0'],
    ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', join(folder, `cold-${height}.mp4`)],
  ]);
  const scales = ladder.map(({ height }, at) => `[s${at}]scale=-2:${height}:flags=bicubic[v${at}]`).join(';');
  const graph = `[0:v]format=yuv420p,split=2[s0][s1];${scales}`;
  const args = [
    '-v',
    'error',
    '-y',
    '-threads',
    '2',
    '-f',
    'mpegts',
    '-i',
    'pipe:0',
    '-filter_complex',
    graph,
    ...outputs,
  ];
  const child = spawn(ffmpegPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(segment);
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  if (exitCode !== 0) throw new Error(`ffmpeg ended with ${exitCode}`);
}

/** Sends segments one after another, each when the one before is out; the first one starts the encoder and is not counted. */
async function warmEncode(segments: readonly Buffer[]): Promise<{ ms: number; added: number[]; encodeMs: number[] }> {
  await using job = await startLiveJob(folder, { ladder, video }, { deadlineMs: 600_000 });
  const added: number[] = [];
  const encodeMs: number[] = [];
  let startedAt = 0;
  for (const [at, bytes] of segments.entries()) {
    if (at === 1) startedAt = performance.now();
    job.send(at, bytes);
    const event = await job.event('segment', ({ sequence }) => sequence === at);
    if (at === 0) continue;
    added.push(event.latencyMs - event.encodeMs);
    encodeMs.push(event.encodeMs);
  }
  const ms = performance.now() - startedAt;
  job.end();
  await job.result;
  return { ms, added, encodeMs };
}

try {
  const { ffmpeg } = await findFfmpeg();
  const short = await makeSegments(folder, { count: 21, seconds: 1, size: '640x360' });
  const ratios: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const startedAt = performance.now();
    for (const segment of short.slice(1)) await coldEncode(ffmpeg.path, segment);
    const cold = performance.now() - startedAt;
    const warm = await warmEncode(short);
    ratios.push(cold / warm.ms);
    console.log(
      `round ${round + 1}: cold ${(cold / 20).toFixed(0)} ms a segment, warm ${(warm.ms / 20).toFixed(0)} ms`,
    );
  }
  const ratio = median(ratios);
  report('one warm encoder / a start for each 1 s segment', `${ratio.toFixed(2)} ×`, '≥ 1.3 ×', ratio >= 1.3);

  const long = await makeSegments(folder, { count: 101, seconds: 2, size: '640x360' });
  const bareStart = performance.now();
  await coldEncode(ffmpeg.path, Buffer.concat(long));
  // One start over 101 segments: what the encode itself costs a segment.
  const bare = (performance.now() - bareStart) / long.length;
  const { added, encodeMs } = await warmEncode(long);
  const p99 = percentile(added, 0.99);
  const pushing = median(encodeMs) - bare;
  console.log(
    `2 s segments: one plain ffmpeg over all ${bare.toFixed(0)} ms a segment; pushing it out adds ${pushing.toFixed(0)} ms at p50`,
  );
  console.log(
    `2 s segments: in ffmpeg p50 ${median(encodeMs).toFixed(0)} ms, added p50 ${median(added).toFixed(1)} ms`,
  );
  report('added to a 2 s segment over its encode, p99 of 100', `${p99.toFixed(1)} ms`, '≤ 60 ms', p99 <= 60);
} finally {
  await rm(folder, { recursive: true, force: true });
}
