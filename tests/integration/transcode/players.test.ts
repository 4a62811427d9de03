import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashScriptPath, hlsScriptPath, type OpenBrowser, openChromium } from '../../support/chromium.ts';
import { hasPart } from '../../support/require-part.ts';
import { serveDirectory } from '../../support/serve-directory.ts';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { runJob, scratch } from './run-job.ts';

const script = (path: string) => ({ type: 'text/javascript', body: readFileSync(path) });

describe.skipIf(!(await hasPart('chromium')))('players in Chromium', () => {
  let folder: Awaited<ReturnType<typeof scratch>>;
  let browser: OpenBrowser;
  let site: Awaited<ReturnType<typeof serveDirectory>>;

  beforeAll(async () => {
    folder = await scratch();
    const source = await makeSource(join(folder.path, 'film.mkv'), [
      ...[...picture('320x180', 25, 6), ...tone(6), ...tone(6), '-map', '0', '-map', '1', '-map', '2'],
      ...['-metadata:s:a:0', 'language=ger', '-metadata:s:a:1', 'language=eng', ...quick],
    ]);
    const { out } = await runJob(folder.path, source, {
      ladder: [{ height: 180 }, { height: 90 }],
      audio: { codec: 'aac', tracks: 'all' },
      video: { codec: 'h264', keyframeSeconds: 1 },
      outputs: [{ kind: 'hls', segmentSeconds: 1 }, { kind: 'dash' }],
    });
    const page = '<video id="video" muted></video><script src="/hls.js"></script><script src="/dash.js"></script>';
    site = await serveDirectory(out, {
      '/page.html': { type: 'text/html', body: page },
      '/hls.js': script(hlsScriptPath()),
      '/dash.js': script(dashScriptPath()),
    });
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await folder[Symbol.asyncDispose]();
  });

  /** What a player did: it played from the worst rendition, switched to the best, sought back, and ended. */
  interface Played {
    readonly heights: number[];
    readonly languages: string[];
    readonly duration: number;
    readonly starts: number;
    readonly switched: number;
    readonly sought: number;
    readonly endedAt: number;
  }

  async function play(setUp: string): Promise<Played> {
    await browser.page.goto(`${site.url}/page.html`);
    return browser.page.evaluate<Played>(`new Promise(async (done, failed) => {
      const video = document.getElementById('video');
      const facts = { switched: 0 };
      const once = (name) => new Promise((met) => video.addEventListener(name, met, { once: true }));
      const shown = (height) => new Promise((met) => {
        const look = () => { if (video.videoHeight === height) met(); };
        video.addEventListener('resize', look);
        look();
      });
      video.addEventListener('error', () => failed(new Error('video: ' + video.error.message)));
      ${setUp}
      await once('loadedmetadata');
      video.playbackRate = 0.25;
      video.play().catch(failed);
      await shown(90);
      await once('timeupdate');
      facts.starts = video.buffered.start(0);
      best();
      await shown(180);
      facts.switched = video.videoHeight;
      const sought = once('seeked');
      video.currentTime = 0.5;
      await sought;
      facts.sought = video.currentTime;
      video.playbackRate = 4;
      await once('ended');
      done({ ...facts, ...told(), duration: video.duration, endedAt: video.currentTime });
    })`);
  }

  const expected = { heights: [90, 180], languages: ['de', 'en'], switched: 180 };
  function expectPlayed(played: Played): void {
    expect(played).toMatchObject(expected);
    expect(played.starts).toBeCloseTo(0, 1);
    expect(played.sought).toBeCloseTo(0.5, 1);
    expect(played.duration).toBeCloseTo(6, 0);
    expect(played.endedAt).toBeCloseTo(played.duration, 1);
  }

  it('hls.js plays, switches and seeks', async () => {
    const played = await play(`
      const hls = new Hls({ startLevel: 0, maxBufferLength: 2, maxMaxBufferLength: 2 });
      const byHeight = () => hls.levels.map((level, index) => [level.height, index]).sort((a, b) => a[0] - b[0]);
      const best = () => { hls.currentLevel = byHeight().at(-1)[1]; };
      const told = () => ({ heights: byHeight().map(([height]) => height), languages: hls.allAudioTracks.map(({ lang }) => lang) });
      hls.on(Hls.Events.ERROR, (_name, data) => { if (data.fatal) failed(new Error(data.type + ' ' + data.details)); });
      hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.startLevel = byHeight()[0][1]; });
      hls.loadSource('/hls/master.m3u8');
      hls.attachMedia(video);`);
    expectPlayed(played);
  });

  it('dash.js plays, switches and seeks, in the same segments', async () => {
    const played = await play(`
      const player = dashjs.MediaPlayer().create();
      player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: false }, initialBitrate: { video: 1 } }, buffer: { fastSwitchEnabled: true, bufferTimeDefault: 2, bufferTimeAtTopQuality: 2, bufferTimeAtTopQualityLongForm: 2 } } });
      const list = () => player.getRepresentationsByType('video').map(({ id, height }) => [height, id]).sort((a, b) => a[0] - b[0]);
      const best = () => player.setRepresentationForTypeById('video', list().at(-1)[1], true);
      const told = () => ({ heights: list().map(([height]) => height), languages: player.getTracksFor('audio').map(({ lang }) => lang) });
      player.on('error', ({ error }) => failed(new Error(error.message)));
      player.initialize(video, '/dash/manifest.mpd', false);`);
    expectPlayed(played);
    expect(site.requested.filter((path) => path.endsWith('.m4s')).every((path) => path.startsWith('/hls/'))).toBe(true);
  });
});
