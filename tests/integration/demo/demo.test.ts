import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hlsScriptPath, openChromium } from '../../support/chromium.ts';
import { hasPart } from '../../support/require-part.ts';
import { runByoc, runCommand } from '../../support/run-command.ts';
import { serveDirectory } from '../../support/serve-directory.ts';

interface DemoFacts {
  runtime: string;
  job: string;
  tookMs: number;
  source: string;
  output: { directory: string; master: string };
  renditions: {
    name: string;
    playlist: string;
    width: number;
    height: number;
    frames: number;
    codec: string;
    bitrate: number;
    psnr: number;
  }[];
  usage: { pixels: string };
}

const runtimes = ['process', ...((await hasPart('docker')) && (await hasPart('base-image')) ? ['docker'] : [])];
const hasFfmpeg = await hasPart('ffmpeg');
const hasChromium = await hasPart('chromium');

describe.each(runtimes)('byoc demo on the %s runtime', (runtime) => {
  let folder: string;
  let facts: DemoFacts;
  let leftBefore: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-demo-test-'));
    leftBefore = await demoDirectories();
    const demo = await runByoc(['demo', '--json', '--runtime', runtime], { cwd: folder });
    expect({ exitCode: demo.exitCode, stderr: demo.stderr }).toEqual({ exitCode: 0, stderr: '' });
    facts = JSON.parse(demo.stdout);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('says which runtime it used and what it made', () => {
    expect(facts.runtime).toBe(runtime);
    expect(facts.renditions.map(({ name, width, height }) => [name, width, height])).toEqual([
      ['1080p', 1920, 1080],
      ['720p', 1280, 720],
      ['480p', 854, 480],
      ['360p', 640, 360],
    ]);
    expect(facts.usage.pixels).toBe(
      String(facts.renditions.reduce((sum, { width, height, frames }) => sum + width * height * frames, 0)),
    );
    for (const { psnr } of facts.renditions) expect(psnr).toBeGreaterThan(25);
  });

  it('leaves nothing of its own behind', async () => {
    expect(await demoDirectories()).toEqual(leftBefore);
  });

  it.skipIf(!hasFfmpeg)('states numbers that ffprobe agrees with', async () => {
    for (const rendition of facts.renditions) {
      const playlist = join(facts.output.directory, rendition.playlist);
      const probe = await runCommand('ffprobe', [
        ...['-v', 'error', '-select_streams', 'v:0', '-count_packets', '-of', 'json'],
        ...['-show_entries', 'stream=codec_name,width,height,nb_read_packets', playlist],
      ]);
      const [stream] = JSON.parse(probe.stdout).streams;
      expect(stream).toMatchObject({
        codec_name: 'h264',
        width: rendition.width,
        height: rendition.height,
        nb_read_packets: String(rendition.frames),
      });
    }
  });

  it.skipIf(!hasChromium)('plays in hls.js, which switches renditions up to the best', async () => {
    const site = await serveDirectory(facts.output.directory, {
      '/page.html': { type: 'text/html', body: '<video id="video" muted></video><script src="/hls.js"></script>' },
      '/hls.js': { type: 'text/javascript', body: readFileSync(hlsScriptPath()) },
    });
    const browser = await openChromium();
    try {
      await browser.page.goto(`${site.url}/page.html`);
      const played = await browser.page.evaluate<{
        heights: number[];
        duration: number;
        endedAt: number;
        height: number;
        switches: number[];
      }>(playScript(facts.output.master));
      expect([...played.heights].sort((a, b) => a - b)).toEqual([360, 480, 720, 1080]);
      expect(played.height).toBe(1080);
      expect(played.switches.length).toBeGreaterThanOrEqual(2);
      expect(played.endedAt).toBeCloseTo(played.duration, 0);
      expect(played.duration).toBeCloseTo(10, 0);
    } finally {
      await browser.close();
      await site.close();
    }
  });
});

/** Plays from the lowest rendition, asks for the highest once playing, and resolves at the end. */
function playScript(master: string): string {
  return `new Promise((done, failed) => {
    const video = document.getElementById('video');
    const hls = new Hls({ startLevel: 0 });
    const switches = [];
    const byHeight = () => hls.levels.map((level, index) => [level.height, index]).sort((a, b) => a[0] - b[0]);
    hls.on(Hls.Events.ERROR, (_name, data) => { if (data.fatal) failed(new Error(data.type + ' ' + data.details)); });
    hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.startLevel = byHeight()[0][1]; });
    hls.on(Hls.Events.LEVEL_SWITCHED, (_name, data) => { switches.push(hls.levels[data.level].height); hls.nextLevel = byHeight().at(-1)[1]; });
    video.addEventListener('error', () => failed(new Error('video: ' + video.error.message)));
    video.addEventListener('loadedmetadata', () => { video.playbackRate = 2; video.play().catch(failed); });
    video.addEventListener('ended', () => done({ heights: hls.levels.map((level) => level.height), duration: video.duration, endedAt: video.currentTime, height: video.videoHeight, switches }));
    hls.loadSource(${JSON.stringify(`/${master}`)});
    hls.attachMedia(video);
  })`;
}

async function demoDirectories(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => /^byoc-demo-[A-Za-z0-9]{6}$/.test(name)).sort();
}

it('prints one JSON object and nothing else for a source that is not a video', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-demo-test-'));
  try {
    const demo = await runByoc(
      ['demo', '--json', '--runtime', 'process', '--input', join(import.meta.dirname, 'demo.test.ts')],
      { cwd: folder },
    );
    expect(JSON.parse(demo.stdout)).toMatchObject({ error: { code: 'JOB_FAILED', recovery: 'fix-request' } });
    expect(demo.exitCode).toBe(2);
    expect(await readFile(join(folder, 'byoc-demo', 'source.mp4')).catch(() => 'absent')).toBe('absent');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
