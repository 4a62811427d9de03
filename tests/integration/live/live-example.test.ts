import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveEvent } from '@byoc/plugin-transcode';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLive } from '../../../examples/live/run-live.ts';
import { serveFolder } from '../../../examples/live/serve-folder.ts';
import { hlsScriptPath, openChromium } from '../../support/chromium.ts';
import { type OrchestratorProcess, startOrchestratorProcess } from '../../support/orchestrator-process.ts';
import { hasPart } from '../../support/require-part.ts';
import { repositoryRoot, runByoc } from '../../support/run-command.ts';

const ready = (await hasPart('ffmpeg')) && (await hasPart('chromium'));

/** What the player saw. */
interface Played {
  endedAt: number;
  buffered: [number, number][];
  heights: number[];
  switches: number[];
  fatal: string[];
}

describe.skipIf(!ready)('two minutes of live video with a segment lost and one broken', () => {
  const seconds = 120;
  const speed = 2;
  let folder: string;
  let orchestrator: OrchestratorProcess;
  let played: Played;
  let output: Awaited<ReturnType<typeof runLive>>;
  const events: LiveEvent[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-live-test-'));
    const dataDirectory = join(folder, 'data');
    orchestrator = await startOrchestratorProcess({ dataDirectory, runtime: 'process' });
    const installed = await runByoc([
      'plugin',
      'install',
      join(repositoryRoot, 'packages/plugin-transcode'),
      '--data-dir',
      dataDirectory,
    ]);
    expect(installed).toMatchObject({ exitCode: 0 });
    const site = await serveFolder(join(folder, 'site'), {
      port: 0,
      extra: {
        '/page.html': '<video id="video" muted></video><script src="/hls.js"></script>',
        '/hls.js': readFileSync(hlsScriptPath()),
      },
    });
    const browser = await openChromium();
    try {
      await browser.page.goto(`${site.url}/page.html`);
      const { ffmpeg } = await findFfmpeg();
      const playable = Promise.withResolvers<void>();
      const running = runLive({
        ...{ url: orchestrator.url, folder: join(folder, 'site'), ffmpegPath: ffmpeg.path, seconds, speed },
        ...{ lose: [20], damage: [35] },
        onEvent(event) {
          events.push(event);
          if (event.type === 'segment' && event.sequence === 3) playable.resolve();
        },
      });
      await Promise.race([playable.promise, running]);
      const playing = browser.page.evaluate<Played>(playScript(speed));
      [output, played] = await Promise.all([running, playing]);
    } finally {
      await browser.close();
      await site.close();
    }
  });

  afterAll(async () => {
    await orchestrator.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('goes on over both, and says so', () => {
    expect(output).toMatchObject({ segments: 58, gaps: 2, durationMs: seconds * 1000 });
    expect(events).toContainEqual({ type: 'missing', from: 20, to: 20 });
    expect(events).toContainEqual({ type: 'broken', sequence: 35, reason: expect.stringContaining('cut off') });
  });

  it('counts the pixels of every segment that came out', () => {
    expect(output.usage.pixels).toBe(String(58 * 60 * (640 * 360 + 320 * 180)));
  });

  it('plays to the end in hls.js, over both gaps, in more than one rendition', () => {
    expect(played.fatal).toEqual([]);
    expect(played.endedAt).toBeGreaterThan(seconds - 1);
    expect([...played.heights].sort((a, b) => a - b)).toEqual([180, 360]);
    expect(new Set(played.switches).size).toBe(2);
  });

  it('leaves a moving window behind, and no more files than it keeps', async () => {
    const playlist = await readFile(join(folder, 'site/360p/index.m3u8'), 'utf8');
    expect(playlist).toContain('#EXT-X-MEDIA-SEQUENCE:54\n');
    expect(playlist.trimEnd().endsWith('#EXT-X-ENDLIST')).toBe(true);
    const files = await readdir(join(folder, 'site/360p'));
    expect(files.filter((name) => name.endsWith('.m4s'))).toHaveLength(30);
  });
});

/** Plays live at the publisher's speed, changes the rendition midway, and resolves at the end. */
function playScript(speed: number): string {
  return `new Promise((done) => {
    const video = document.getElementById('video');
    const hls = new Hls({ startLevel: 0 });
    const switches = [];
    const fatal = [];
    const ranges = () => [...Array(video.buffered.length).keys()].map((at) => [video.buffered.start(at), video.buffered.end(at)]);
    const finish = () => done({ endedAt: video.currentTime, buffered: ranges(), heights: hls.levels.map((level) => level.height), switches, fatal });
    hls.on(Hls.Events.ERROR, (_name, data) => { if (data.fatal) { fatal.push(data.type + ' ' + data.details); finish(); } });
    hls.on(Hls.Events.LEVEL_SWITCHED, (_name, data) => {
      switches.push(hls.levels[data.level].height);
      if (switches.length === 1) hls.nextLevel = data.level === 0 ? 1 : 0;
    });
    video.addEventListener('error', () => { fatal.push('video ' + video.error.message); finish(); });
    video.addEventListener('loadedmetadata', () => { video.playbackRate = ${speed}; video.play(); });
    video.addEventListener('ended', finish);
    hls.loadSource('/master.m3u8');
    hls.attachMedia(video);
  })`;
}
