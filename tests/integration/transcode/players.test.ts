import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashScriptPath, hlsScriptPath, type OpenBrowser, openChromium } from '../../support/chromium.ts';
import { hasPart } from '../../support/require-part.ts';
import { serveDirectory } from '../../support/serve-directory.ts';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { type RanJob, runJob, scratch } from './run-job.ts';

/** A cue of a player's text track, with its markup. */
interface Cue {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** What became of subtitles: the tracks of the player, the cues of the one chosen, and those of them that were shown. */
interface PlayedTexts {
  readonly tracks: number;
  readonly held: Cue[];
  readonly shown: Cue[];
}

const SRT =
  '1\n00:00:00,500 --> 00:00:01,500\nGrüße & <i>Küsse</i>\n\n2\n00:00:01,800 --> 00:00:03,400\nzwei\nZeilen\n';
const cues: Cue[] = [
  { text: 'Grüße &amp; <i>Küsse</i>', from: 0.5, to: 1.5 },
  { text: 'zwei\nZeilen', from: 1.8, to: 3.4 },
];

const script = (path: string) => ({ type: 'text/javascript', body: readFileSync(path) });

describe.skipIf(!(await hasPart('chromium')))('players in Chromium', () => {
  let folder: Awaited<ReturnType<typeof scratch>>;
  let browser: OpenBrowser;
  let site: Awaited<ReturnType<typeof serveDirectory>>;
  let job: RanJob;

  beforeAll(async () => {
    folder = await scratch();
    const source = await makeSource(join(folder.path, 'film.mkv'), [
      ...[...picture('320x180', 25, 6), ...tone(6), ...tone(6), '-map', '0', '-map', '1', '-map', '2'],
      ...['-metadata:s:a:0', 'language=ger', '-metadata:s:a:1', 'language=eng', ...quick],
    ]);
    await writeFile(join(folder.path, 'de.srt'), SRT);
    await writeFile(join(folder.path, 'signs.srt'), SRT.replace('zwei', 'two'));
    const files = { all: join(folder.path, 'de.srt'), signs: join(folder.path, 'signs.srt') };
    // Alike but for being forced: players shall not take one for the other.
    const subtitles = [
      { file: { $part: 'signs' }, language: 'de', forced: true },
      { file: { $part: 'all' }, language: 'de' },
    ];
    job = await runJob(
      folder.path,
      source,
      {
        ladder: [{ height: 180 }, { height: 90 }],
        audio: { codec: 'aac', tracks: 'all' },
        video: { codec: 'h264', keyframeSeconds: 1 },
        outputs: [
          { kind: 'hls', segmentSeconds: 1 },
          { kind: 'dash' },
          { kind: 'preview', durationSeconds: 2.4, pieces: 3, width: 160 },
        ],
        subtitles: { files: subtitles },
      },
      { files },
    );
    // MPEG-TS stands alone: no MPD can name it.
    const { out: ts } = await runJob(
      folder.path,
      source,
      {
        ladder: [{ height: 90 }],
        clip: { startSeconds: 0, durationSeconds: 4 },
        outputs: [{ kind: 'hls', name: 'ts', container: 'ts', segmentSeconds: 2 }],
        subtitles: { files: subtitles },
      },
      { files },
    );
    await rename(join(ts, 'ts'), join(job.out, 'ts'));
    const page = '<video id="video" muted></video><script src="/hls.js"></script><script src="/dash.js"></script>';
    site = await serveDirectory(job.out, {
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

  /** Plays to the end with the subtitles that are not forced. Times count from the first picture. */
  async function readSubtitles(setUp: string): Promise<PlayedTexts> {
    await browser.page.goto(`${site.url}/page.html`);
    return browser.page.evaluate(`new Promise(async (done, failed) => {
      const video = document.getElementById('video');
      const once = (name) => new Promise((met) => video.addEventListener(name, met, { once: true }));
      const german = () => [...video.textTracks].find(({ mode, language }) => mode === 'showing' && language === 'de');
      video.addEventListener('error', () => failed(new Error('video: ' + video.error.message)));
      ${setUp}
      await once('canplay');
      choose();
      // dash.js fills a track while it plays; what comes when is up to the player.
      video.playbackRate = 0.1;
      video.play().catch(failed);
      while (!(german()?.cues?.length >= 2)) await new Promise(requestAnimationFrame);
      const first = video.buffered.start(0);
      const tell = ({ text, startTime, endTime }) => ({ text, from: startTime - first, to: endTime - first });
      const shown = new Set();
      // Cues that are over before the page looks get this event too.
      for (const cue of german().cues) cue.addEventListener('enter', () => shown.add(cue));
      const sought = once('seeked');
      video.currentTime = 0;
      await sought;
      video.playbackRate = 4;
      await once('ended');
      done({ tracks: video.textTracks.length, held: [...german().cues].map(tell), shown: [...shown].map(tell) });
    })`);
  }
  function expectShown({ tracks, held, shown }: PlayedTexts): void {
    const near = cues.map(({ text, from, to }) => ({ text, from: expect.closeTo(from, 3), to: expect.closeTo(to, 3) }));
    expect(tracks).toBe(2);
    expect(held).toEqual(near);
    expect(shown).toEqual(near);
  }
  const byHls = (playlist: string) => `
      const hls = new Hls();
      const choose = () => { hls.subtitleTrack = hls.allSubtitleTracks.findIndex(({ forced }) => !forced); hls.subtitleDisplay = true; };
      hls.on(Hls.Events.ERROR, (_name, data) => { if (data.fatal) failed(new Error(data.type + ' ' + data.details)); });
      hls.loadSource('${playlist}');
      hls.attachMedia(video);`;

  it('hls.js shows subtitles, each once, when they are due', async () => {
    expectShown(await readSubtitles(byHls('/hls/master.m3u8')));
  });

  it('hls.js shows subtitles beside MPEG-TS, whose clock starts later', async () => {
    // hls.js counts from the first time of decoding, which is earlier than that of a picture.
    expectShown(await readSubtitles(byHls('/ts/master.m3u8')));
  });

  it('dash.js shows subtitles, each once, when they are due', async () => {
    const found = await readSubtitles(`
      const player = dashjs.MediaPlayer().create();
      const choose = () => player.setTextTrack(player.getTracksFor('text').findIndex(({ roles }) => roles.some(({ value }) => value === 'subtitle')));
      player.on('error', ({ error }) => failed(new Error(error.message)));
      player.initialize(video, '/dash/manifest.mpd', false);`);
    expectShown(found);
  });

  it('Chromium decodes every picture of a preview', async () => {
    const preview = job.output.outputs.find(({ kind }) => kind === 'preview');
    await browser.page.goto(`${site.url}/page.html`);
    const decoded = await browser.page.evaluate(`fetch('/preview/preview.webp').then(async ({ body }) => {
      const decoder = new ImageDecoder({ data: body, type: 'image/webp' });
      await decoder.completed;
      const { frameCount, animated, repetitionCount } = decoder.tracks.selectedTrack;
      const sizes = new Set();
      let durationMs = 0;
      for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
        const { image } = await decoder.decode({ frameIndex });
        sizes.add(image.displayWidth + 'x' + image.displayHeight);
        durationMs += image.duration / 1000;
        image.close();
      }
      return { frameCount, animated, sizes: [...sizes], durationMs, repetitionCount: String(repetitionCount) };
    })`);
    expect(decoded).toEqual({
      ...{ frameCount: 24, animated: true, sizes: ['160x90'], durationMs: 2400, repetitionCount: 'Infinity' },
    });
    expect(preview).toMatchObject({ pictures: 24, width: 160, height: 90, durationMs: 2400 });
  });
});
