import { cp, mkdtemp, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isByocError } from '@byoc/core';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { enlarge } from '../../../packages/plugin-diffusion/src/upscale/enlarge.ts';
import type { LoadedUpscaler } from '../../../packages/plugin-diffusion/src/upscale/loaded-upscaler.ts';
import { planUpscale } from '../../../packages/plugin-diffusion/src/upscale/plan-upscale.ts';
import { repositoryRoot } from '../../support/run-command.ts';
import { drawnPictures, halve, lanczosTwice, psnr } from './drawn-pictures.ts';
import { openTestEngine, openTestStudio, pipelines } from './run-job.ts';
import { type RunUpscaleOptions, runUpscaleJob } from './run-upscale-job.ts';

const studio = await openTestStudio(join(repositoryRoot, 'packages/plugin-diffusion/fixtures/upscalers'));
const engine = await openTestEngine(studio);
afterAll(() => studio.close());
const signal = new AbortController().signal;

/** A PNG of colours that differ from pixel to pixel. */
function picture(width: number, height: number): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 37 + (at >> 5) * 11) % 256);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A PNG whose rows are copies of one: tens of thousands of pixels in few bytes. */
function flat(width: number, height: number): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

const repeated = async (file: Uint8Array, by: number, width: number, height: number) => {
  const large = await sharp(file)
    .resize(width * by, height * by, { kernel: 'nearest' })
    .removeAlpha()
    .raw()
    .toBuffer();
  return new Uint8Array(large);
};
const pixelsOf = async (file: Uint8Array) => new Uint8Array(await sharp(file).raw().toBuffer());

describe('networks as people export them', () => {
  it.each([
    ['esrgan-x4', 4, 1],
    ['swin2sr-x2', 2, 1],
    ['fixed-half-x2', 2, 9],
  ])('%s enlarges %i times, in %i pieces, and no seam is seen', async (model, scale, tiles) => {
    const image = await picture(141, 100);
    const { output, file, usage } = await runUpscaleJob(engine, image, { model });
    expect(output).toMatchObject({ width: 141 * scale, height: 100 * scale, changes: [] });
    expect(output.settings).toEqual({ scale, modelScale: scale, tiles });
    expect(usage).toEqual({ megapixels: 1, images: 1 });
    const [made, wanted] = [await pixelsOf(file), await repeated(image, scale, 141, 100)];
    // Halves carry 11 bits.
    expect(made.every((value, at) => Math.abs(value - (wanted[at] as number)) <= 1)).toBe(true);
  });

  it('is resampled from them where another factor is asked for, and says so', async () => {
    const { output, usage } = await runUpscaleJob(engine, await flat(400, 300), { model: 'esrgan-x4', scale: 1.5 });
    expect(output).toMatchObject({ width: 600, height: 450, settings: { scale: 1.5, modelScale: 4 } });
    expect(output.changes).toEqual([
      {
        kind: 'adjusted',
        field: 'scale',
        reason: 'The model enlarges 4 times; the picture was resampled from that.',
      },
    ]);
    // The model made 1600 × 1200.
    expect(usage).toEqual({ megapixels: 1, images: 1 });
  });

  it('counts what the model made where more is asked for', async () => {
    const { output, usage } = await runUpscaleJob(engine, await flat(500, 500), { model: 'swin2sr-x2', scale: 3 });
    expect([output.width, usage['megapixels']]).toEqual([1500, 1]);
  });

  it.each([
    ['grey-x3', 'model-unfit', /takes 1 channels/],
    ['classifier', 'model-unfit', /makes 1 × 1 pixels of 64 × 64/],
    ['nan-x2', 'result-not-finite', /gave values that are no numbers/],
    [
      'dall-e',
      'model-unknown',
      /There is no upscaler `dall-e` here; there are: classifier, esrgan-x4, .*builtin-upscaler/,
    ],
    ['builtin', 'model-unknown', /no upscaler/],
  ])('refuses %s', async (model, reason, message) => {
    expect(await failure(await picture(8, 8), { model })).toMatchObject({
      reason,
      message: expect.stringMatching(message),
      recovery: 'retry-other',
      usage: {},
    });
  });

  it('are refused where they are cut off or changed, and loaded with the other models within one budget', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'byoc-upscalers-'));
    const builtin = join(repositoryRoot, 'packages/plugin-diffusion/upscaler');
    await symlink(join(pipelines, 'stable-diffusion'), join(folder, 'stable-diffusion'));
    for (const name of ['cut', 'changed']) {
      await cp(builtin, join(folder, name), { recursive: true });
      await truncate(join(folder, name, 'model.onnx'), 50_000);
    }
    await rm(join(folder, 'cut/byoc-model.json'));
    // Room for one of them.
    const small = await openTestStudio(folder, { maxModelBytes: 400_000 });
    try {
      const refused = (name: string) => small.takeUpscaler(name, signal).catch((error: unknown) => error);
      expect(await refused('cut')).toMatchObject({ reason: 'model-truncated' });
      expect(await refused('changed')).toMatchObject({ reason: 'model-digest-wrong' });
      small.giveBack(await small.take('stable-diffusion', signal));
      expect([...small.loaded.keys()]).toEqual(['stable-diffusion']);
      small.giveBack(await small.takeUpscaler('builtin-upscaler', signal));
      expect([...small.loaded.keys()]).toEqual(['builtin-upscaler']);
    } finally {
      await small.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe('the built-in upscaler', () => {
  it.each(drawnPictures)('is better than Lanczos at %s', async (_name, large) => {
    const small = halve(large);
    const model = await studio.takeUpscaler('builtin-upscaler', signal);
    const made = await enlargeAll(model, small);
    const [ours, lanczos] = [psnr(large.pixels, made), psnr(large.pixels, lanczosTwice(small))];
    expect(ours).toBeGreaterThan(lanczos + 0.3);
  });

  it('makes the same of pieces as of the whole', async () => {
    const model = await studio.takeUpscaler('builtin-upscaler', signal);
    const [, large] = drawnPictures[0] ?? [];
    if (large === undefined) throw new Error('nothing is drawn');
    const inPieces = await enlargeAll({ ...model, tile: { width: 64, height: 48, isFixed: false } }, large);
    const whole = await enlargeAll(model, large);
    expect(inPieces.every((value, at) => Math.abs(value - (whole[at] as number)) <= 1)).toBe(true);
  });
});

async function enlargeAll(
  model: LoadedUpscaler,
  image: { readonly width: number; readonly height: number; readonly pixels: Uint8Array },
): Promise<Uint8Array> {
  const large = enlarge(model, image, planUpscale({}, image, model), signal);
  for (;;) {
    const { done, value } = await large.next();
    if (done === true) return value.pixels;
  }
}

describe('a picture that comes in', () => {
  const model = 'esrgan-x4';

  it('keeps what is transparent, and colours under it do not come out', async () => {
    const [width, height] = [40, 30];
    // Red, and wholly transparent black to the right.
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, at) => {
      const isSeen = Math.floor(at / 4) % width < 20;
      return at % 4 === 3 || at % 4 === 0 ? Number(isSeen) * 255 : 0;
    });
    const image = await sharp(rgba, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer();
    const { file, output } = await runUpscaleJob(engine, image, { model: 'builtin-upscaler' });
    const made = await pixelsOf(file);
    expect([output.settings.tiles, made.length]).toEqual([2, 80 * 60 * 4]);
    const row = Array.from({ length: 80 }, (_, x) => made.subarray((30 * 80 + x) * 4, (30 * 80 + x) * 4 + 4));
    expect([row[10]?.[3], row[70]?.[3]]).toEqual([255, 0]);
    for (const [red = 0, , , alpha = 0] of row.map((pixel) => [...pixel]))
      if (alpha > 20) expect(red).toBeGreaterThan(235);
  });

  it('is white where it is transparent, in JPEG', async () => {
    const create = { width: 16, height: 16, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } };
    const image = await sharp({ create }).png().toBuffer();
    const { file } = await runUpscaleJob(engine, image, { model, format: 'jpeg' });
    expect((await pixelsOf(file)).every((value) => value > 250)).toBe(true);
  });

  it('may have 16 bits, be of CMYK, or lie on its side', async () => {
    const base = sharp(await picture(24, 16));
    const images = [
      await base.clone().toColourspace('rgb16').png().toBuffer(),
      await base.clone().toColourspace('cmyk').jpeg().toBuffer(),
      await base.clone().withExif({}).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    ];
    const sizes = [];
    for (const image of images) {
      const { output } = await runUpscaleJob(engine, image, { model });
      sizes.push([output.width, output.height]);
    }
    expect(sizes).toEqual([
      [96, 64],
      [96, 64],
      [64, 96],
    ]);
  });

  it('tells what it was made by, unless it shall not', async () => {
    const texts = [];
    for (const metadata of [true, false]) {
      const { file } = await runUpscaleJob(engine, await picture(8, 8), { model, metadata });
      texts.push(/Postprocess upscale by: 4, Postprocess upscaler: esrgan-x4/.test(Buffer.from(file).toString('utf8')));
    }
    expect(texts).toEqual([true, false]);
  });

  const broken = async () => (await picture(64, 64)).subarray(0, 500);
  it.each([
    ['empty', async () => new Uint8Array(), {}, 'source-empty', 'The image is empty.'],
    [
      'no picture',
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      {},
      'source-format-refused',
      /no picture/,
    ],
    ['cut off', broken, {}, 'source-broken', /can't be decoded/],
    ['a bomb', () => flat(9000, 8000), {}, 'source-too-large', /has 72000000 pixels; at most 67108864/],
    [
      'too large when it is enlarged',
      () => flat(2100, 2100),
      {},
      'limit-exceeded',
      'The job has 70560000 pixels in the picture that would come out; at most 67108864 are allowed here.',
    ],
    [
      'of another size than the quote was for',
      () => picture(30, 20),
      { imageSize: { width: 20, height: 30 } },
      'source-size-wrong',
      'The image has 30 × 20 pixels, `imageSize` says 20 × 30.',
    ],
  ])('that is %s is refused before any work', async (_what, image, input, reason, message) => {
    const found = await failure(await image(), { model, ...input });
    expect(found).toMatchObject({ reason, usage: {} });
    expect(found.message).toMatch(message);
  });
});

describe('an end before the end', () => {
  const model = 'fixed-half-x2';

  it('by cancel comes within one tile, leaves nothing, and counts the tiles that were made', async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    let end: Parameters<NonNullable<RunUpscaleOptions['onEnd']>>[0] | undefined;
    const job = runUpscaleJob(
      engine,
      await flat(900, 700),
      { model },
      {
        signal: abort.signal,
        onTile: (tile) => {
          seen.push(tile);
          if (tile === 30) abort.abort(new Error('enough'));
        },
        onEnd: (facts) => {
          end = facts;
        },
      },
    );
    await expect(job).rejects.toThrow('enough');
    expect([seen.at(-1), end]).toEqual([30, { usage: { megapixels: 1 }, left: [] }]);
  });

  it('comes at once where the engine enlarges nothing', async () => {
    const generating = { identity: { name: 'server', version: '1', provider: 'none' } } as unknown as typeof engine;
    expect(await failure(await picture(8, 8), {}, generating)).toMatchObject({
      reason: 'mode-unsupported',
      message: 'The engine `server` enlarges no pictures.',
      recovery: 'retry-other',
      usage: {},
    });
  });
});

/** The reason that a job fails with; nothing is left behind. */
async function failure(image: Uint8Array, input: object, by = engine) {
  let end: { usage: object; left: readonly string[] } | undefined;
  const onEnd = (facts: NonNullable<typeof end>) => {
    end = facts;
  };
  const error: unknown = await runUpscaleJob(by, image, input, { onEnd }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isByocError(error, 'JOB_FAILED')) throw error ?? new Error('the job did not fail');
  expect(end?.left).toEqual([]);
  return { ...error.facts, message: error.facts.message ?? '', usage: end?.usage };
}
