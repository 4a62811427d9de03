// Usage: node client.ts https://127.0.0.1:7935 [seconds] [times real time]
// Needs ffmpeg, and an orchestrator with @byoc/plugin-transcode. Open the printed address in a player that knows HLS.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { runLive } from './run-live.ts';
import { serveFolder } from './serve-folder.ts';

const [url = 'https://127.0.0.1:7935', secondsText = '120', speedText = '1'] = process.argv.slice(2);
const seconds = Number(secondsText);
const folder = await mkdtemp(join(tmpdir(), 'byoc-live-'));
const site = await serveFolder(folder, { port: 0 });
console.log(`${site.url}/master.m3u8`);
try {
  const { ffmpeg } = await findFfmpeg();
  const lost = 5;
  const broken = 8;
  const output = await runLive({
    ...{ url, folder, seconds, speed: Number(speedText), ffmpegPath: ffmpeg.path, lose: [lost], damage: [broken] },
    onEvent(event) {
      if (event.type === 'segment') console.log(`segment ${event.sequence}: ${event.latencyMs.toFixed(0)} ms`);
      else if (event.type !== 'playlist') console.log(JSON.stringify(event));
    },
  });
  const faults = [lost, broken].filter((sequence) => sequence < seconds / 2 - 1).length;
  assert.equal(output.gaps, faults);
  assert.equal(output.segments, seconds / 2 - faults);
  assert.equal(output.durationMs, seconds * 1000);
  console.log(`${output.segments} segments, ${output.gaps} gaps, ${output.usage.pixels} pixels`);
} finally {
  await site.close();
  await rm(folder, { recursive: true, force: true });
}
