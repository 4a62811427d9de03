import { isByocError } from '@byoc/core';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { startComfyServer } from '../../support/image-server/comfyui.ts';
import { type Draughtsman, plainPicture } from '../../support/image-server/draughtsman.ts';
import { startImageServer } from '../../support/image-server/image-server.ts';
import { a1111, openai, sdServer } from '../../support/image-server/kinds.ts';
import { until } from '../../support/until.ts';
import { drawnPictures, halve, lanczosTwice, psnr } from './drawn-pictures.ts';
import { openTestEngine, openTestStudio } from './run-job.ts';
import { type RunUpscaleOptions, runUpscaleJob } from './run-upscale-job.ts';
import { ServerKit } from './server-kit.ts';

const kit = new ServerKit();
const likeA1111 = (draughtsman: Draughtsman) => startImageServer(a1111(), draughtsman);
const extras = '/sdapi/v1/extra-single-image';

const studio = await openTestStudio();
const ours = await openTestEngine(studio);
afterAll(() => studio.close());

const pixelsOf = async (file: Uint8Array) => new Uint8Array(await sharp(file).raw().toBuffer());
/** A PNG of a drawing, halved, and the drawing. */
async function drawing() {
  const [, large] = drawnPictures[0] ?? [];
  if (large === undefined) throw new Error('nothing is drawn');
  const small = halve(large);
  const raw = { width: small.width, height: small.height, channels: 3 as const };
  return { large, small, file: await sharp(small.pixels, { raw }).png().toBuffer() };
}

/** What a job fails with. It leaves nothing behind, and costs nothing. */
async function failure(image: Uint8Array, input: object = {}) {
  let end: object = {};
  const onEnd: RunUpscaleOptions['onEnd'] = (facts) => {
    end = facts;
  };
  const error: unknown = await runUpscaleJob(kit.engine, image, input, { onEnd }).then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  );
  if (!isByocError(error, 'JOB_FAILED')) throw error;
  expect(end).toEqual({ usage: {}, left: [] });
  return error.facts;
}

describe('an engine in front of A1111', () => {
  it('enlarges with the upscalers that the server lists', async () => {
    await kit.start(likeA1111);
    const listed = kit.engine.models().filter(({ use }) => use === 'upscale');
    expect(listed.map(({ name }) => name)).toEqual(['shapes-x2', 'Lanczos']);
    const { large, small, file } = await drawing();
    const made = await runUpscaleJob(kit.engine, file, { metadata: false });
    expect(made.output).toMatchObject({
      ...{ width: small.width * 2, height: small.height * 2, changes: [], sizeBytes: made.file.length },
      ...{ model: { name: 'shapes-x2', digest: 'unknown' }, settings: { scale: 2, modelScale: 2, tiles: 1 } },
      engine: { name: 'a1111', provider: 'server' },
    });
    expect([made.usage, made.tiles]).toEqual([{ megapixels: 1, images: 1 }, [1]]);
    const quality = psnr(large.pixels, await pixelsOf(made.file));
    expect(quality).toBeGreaterThan(psnr(large.pixels, lanczosTwice(small)) + 0.3);
    expect(kit.lastBody(extras)).toMatchObject({ upscaler_1: 'shapes-x2', resize_mode: 0, upscaling_resize: 2 });
  });

  it('keeps odd sides and what is transparent, though the server does neither', async () => {
    await kit.start(likeA1111);
    const [width, height] = [45, 31];
    // Red, and wholly transparent to the right.
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, at) => {
      const isSeen = Math.floor(at / 4) % width < 20;
      return at % 4 === 3 || at % 4 === 0 ? Number(isSeen) * 255 : 0;
    });
    const image = await sharp(rgba, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer();
    const input = { scale: 1.7, model: 'Lanczos', metadata: false };
    const { output, file, tiles } = await runUpscaleJob(kit.engine, image, input);
    expect([output.width, output.height, tiles]).toEqual([77, 53, [1, 2]]);
    expect(output.changes).toMatchObject([{ kind: 'adjusted', field: 'scale' }]);
    const there = await pixelsOf(file);
    const same = await runUpscaleJob(ours, image, { ...input, model: 'builtin-upscaler' });
    const wanted = await pixelsOf(same.file);
    const apart = there.map((value, at) => (at % 4 === 3 ? Math.abs(value - (wanted[at] as number)) : 0));
    // The edge alone may differ: each was resampled once more.
    expect(apart.filter((value) => value > 40)).toHaveLength(0);
    const at = (x: number, y: number) => [...there.subarray((y * 77 + x) * 4, (y * 77 + x) * 4 + 4)];
    expect([at(5, 50)[3], at(76, 52)[3], at(5, 50)[0]]).toEqual([255, 0, 255]);
  });

  it('stops the server when the job is cancelled', async () => {
    await kit.start(likeA1111);
    const cancel = new AbortController();
    const reason = new Error('the caller left');
    const closed = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    kit.server.server.on('request', ({ url, socket }) => url === extras && socket.once('close', closed.resolve));
    kit.server.behaviour.onStep = async (job) => {
      cancel.abort(reason);
      await until(async () => job.isStopped);
      stopped.resolve();
    };
    let end: object = {};
    const onEnd: RunUpscaleOptions['onEnd'] = (facts) => {
      end = facts;
    };
    const { file } = await drawing();
    await expect(runUpscaleJob(kit.engine, file, {}, { signal: cancel.signal, onEnd })).rejects.toBe(reason);
    await Promise.all([closed.promise, stopped.promise]);
    expect(end).toEqual({ usage: {}, left: [] });
  });

  it('fails on another where the server says that it can not, and asks only once', async () => {
    await kit.start(likeA1111);
    let times = 0;
    kit.server.behaviour.answer = (path, response) => {
      if (path !== extras) return false;
      times += 1;
      response.writeHead(500).end('{"error":"OutOfMemoryError","errors":"CUDA out of memory"}');
      return true;
    };
    const { file } = await drawing();
    expect(await failure(file)).toMatchObject({
      ...{ reason: 'server-failed', recovery: 'retry-other' },
      message: 'The image server failed with status 500: "CUDA out of memory".',
    });
    expect(times).toBe(1);
    expect(await failure(file, { model: 'midjourney' })).toMatchObject({
      ...{ reason: 'model-unknown', recovery: 'retry-other' },
      message: 'There is no upscaler `midjourney` here; there are: shapes-x2, Lanczos.',
    });
    expect(await failure(file, { imageSize: { width: 1, height: 1 } })).toMatchObject({ reason: 'source-size-wrong' });
    expect(times).toBe(1);
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string, RegExp]>([
    ['as large as before', () => plainPicture(64, 48, '#123'), 'server-garbled', /64 × 48 pixels where 128 × 96/],
    ['larger than asked for', () => plainPicture(256, 192, '#123'), 'server-garbled', /can’t be read/],
    ['a page of HTML', () => Buffer.from('<html>502 Bad Gateway</html>'), 'server-garbled', /can’t be read/],
    ['of one colour', () => plainPicture(128, 96, '#000'), 'result-not-finite', /of one colour/],
  ])('takes no picture that is %s', async (_, instead, reason, message) => {
    await kit.start(likeA1111);
    kit.server.behaviour.instead = instead;
    const image = await sharp(await plainPicture(64, 48, '#123'))
      .composite([{ input: await plainPicture(20, 20, '#fff'), left: 30, top: 5 }])
      .png()
      .toBuffer();
    const found = await failure(image);
    expect(found).toMatchObject({ reason, recovery: 'retry-other' });
    expect(found.message).toMatch(message);
  });

  it('leaves a picture of one colour what it is', async () => {
    await kit.start(likeA1111);
    const { file } = await runUpscaleJob(kit.engine, await plainPicture(16, 16, '#000'));
    expect((await pixelsOf(file)).every((value) => value < 4)).toBe(true);
  });
});

it.each([
  ['comfyui', startComfyServer],
  ['sd-server', (draughtsman: Draughtsman) => startImageServer(sdServer(), draughtsman)],
  ['openai', (draughtsman: Draughtsman) => startImageServer(openai(), draughtsman)],
])('an engine in front of %s enlarges nothing, and says so before any work', async (kind, start) => {
  await kit.start(start);
  expect(await failure(await plainPicture(8, 8, '#123'))).toMatchObject({
    ...{ reason: 'mode-unsupported', recovery: 'retry-other' },
    message: `The engine \`${kind}\` enlarges no pictures.`,
  });
});

it('enlarges nothing in front of a server like A1111 without upscalers', async () => {
  await kit.start(async (draughtsman) => {
    const server = await likeA1111(draughtsman);
    server.behaviour.answer = (path, response) => {
      if (path === '/sdapi/v1/upscalers') response.writeHead(404).end('{"detail":"Not Found"}');
      return path === '/sdapi/v1/upscalers';
    };
    return server;
  });
  expect(await failure(await plainPicture(8, 8, '#123'))).toMatchObject({ reason: 'mode-unsupported' });
});
