import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import type { PictureMark } from '../../../packages/plugin-diffusion/src/job/picture-mark.ts';
import { decodeLatents } from '../../../packages/plugin-diffusion/src/pipeline/decode-latents.ts';
import { encodePrompts } from '../../../packages/plugin-diffusion/src/pipeline/encode-prompts.ts';
import { guidedNetwork } from '../../../packages/plugin-diffusion/src/pipeline/guided-network.ts';
import { makeLatents } from '../../../packages/plugin-diffusion/src/pipeline/make-latents.ts';
import { createScheduler } from '../../../packages/plugin-diffusion/src/schedulers/create-scheduler.ts';
import { SCHEDULER_NAMES } from '../../../packages/plugin-diffusion/src/schedulers/select-scheduler.ts';
import { openTestStudio, pipelines, runJob } from './run-job.ts';

const studio = await openTestStudio();
afterAll(() => studio.close());
const signal = new AbortController().signal;
const fixtures = JSON.parse(readFileSync(join(pipelines, '../pipeline-fixtures.json'), 'utf8')) as Record<
  string,
  { start: number[]; latents: number[] }
>;
const families = ['stable-diffusion', 'stable-diffusion-xl'] as const;

describe.each(families)('a pipeline shaped like %s', (model) => {
  it.each([false, true])(
    'gives the latents that Python gives (prompts one after the other: %s)',
    async (isSequential) => {
      const loaded = await studio.take(model, signal);
      const prompts = await encodePrompts(loaded, 'a red circle above a blue square', 'a green star', signal);
      const scheduler = createScheduler(loaded.folder.scheduler, { steps: 6 });
      const { start, latents } = fixtures[model] as (typeof fixtures)[string];
      const made = await makeLatents(loaded, {
        ...{ scheduler, length: start.length, steps: 6, signal },
        network: guidedNetwork(loaded, prompts, { guidance: 5, width: 8, height: 8, isSequential }),
        noise: () => new Float32Array(start),
        onStep: async () => {},
      });
      const largest = Math.max(...latents.map(Math.abs));
      const difference = Math.max(...latents.map((value, at) => Math.abs(value - (made[at] as number)))) / largest;
      // float16 at the borders rounds what crosses them.
      expect(difference).toBeLessThan(model === 'stable-diffusion' ? 1e-4 : 5e-3);
    },
  );

  it('makes the same bytes from the same seed, and others from another', async () => {
    const input = { model, steps: 3, seed: 7 };
    const [one, again, other] = [
      await runJob(studio, input),
      await runJob(studio, input),
      await runJob(studio, { ...input, seed: 8 }),
    ];
    expect(again.output.images).toEqual(one.output.images);
    expect(other.output.images[0]?.sha256).not.toBe(one.output.images[0]?.sha256);
    expect(one.output).toMatchObject({
      model: { name: model, family: model, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      settings: { width: 64, height: 64, steps: 3, stepsRun: 3 },
      engine: { name: 'onnxruntime', provider: 'cpu' },
      changes: [],
    });
  });

  it('starts from a picture, and paints only where the mask is light', async () => {
    const source = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#20c040' } })
      .png()
      .toBuffer();
    const mask = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#000' } })
      .composite([{ input: { create: { width: 32, height: 64, channels: 3, background: '#fff' } }, left: 32, top: 0 }])
      .png()
      .toBuffer();
    const parts = { source, mask };
    const whole = { model, steps: 5, seed: 1, source: { image: { $part: 'source' }, strength: 0.6 } };
    const { output, usage, events } = await runJob(studio, whole, { parts });
    expect(output.settings).toMatchObject({ steps: 5, stepsRun: 3 });
    expect([usage, events.map(({ step }) => step)]).toEqual([{ megapixel_steps: 1, images: 1 }, [1, 2, 3]]);
    const masked = { ...whole, source: { ...whole.source, mask: { $part: 'mask' } } };
    const { files } = await runJob(studio, masked, { parts });
    const pixels = await sharp(files['image-01.png']).raw().toBuffer();
    const column = (x: number) =>
      Array.from({ length: 64 }, (_, y) => [...pixels.subarray((y * 64 + x) * 3, (y * 64 + x) * 3 + 3)].join());
    expect(new Set(column(10))).toEqual(new Set(['32,192,64']));
    expect(new Set(column(50)).size).toBeGreaterThan(8);
  });
});

describe('image/generate', () => {
  const model = 'stable-diffusion';

  it.each(SCHEDULER_NAMES.filter((name) => name !== 'flow-euler'))('runs with the scheduler %s', async (scheduler) => {
    const { output, usage, events } = await runJob(studio, { model, scheduler, steps: 4, seed: 2 });
    expect(output.settings.scheduler).toBe(scheduler);
    expect(usage).toEqual({ megapixel_steps: 1, images: 1 });
    expect(events.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });

  it('counts width × height × steps of every picture, and gives each its own seed', async () => {
    const input = { model: 'stable-diffusion-xl', steps: 10, width: 192, height: 256, guidance: 0, metadata: false };
    const { output, usage, files } = await runJob(studio, { ...input, count: 3, seed: 40 });
    expect(usage).toEqual({ megapixel_steps: Math.ceil((192 * 256 * 10 * 3) / 1e6), images: 3 });
    expect(output.images.map(({ seed }) => seed)).toEqual([40, 41, 42]);
    expect(Object.keys(files)).toEqual(['image-01.png', 'image-02.png', 'image-03.png']);
    const single = await runJob(studio, { ...input, seed: 41 });
    expect(single.output.images[0]?.sha256).toBe(output.images[1]?.sha256);
  });

  it.each([
    ['png', 'image-01.png', 'png'],
    ['jpeg', 'image-01.jpg', 'jpeg'],
    ['webp', 'image-01.webp', 'webp'],
  ])('writes %s with its parameters, or without them', async (format, name, kind) => {
    const input = { model, steps: 2, seed: 3, format, prompt: 'ein <rotes> Haus & 赤い円', negativePrompt: 'fog' };
    const { files, output } = await runJob(studio, input);
    const file = files[name] as Uint8Array;
    const { format: written, xmp, width } = await sharp(file).metadata();
    expect([written, width, output.images[0]?.sizeBytes]).toEqual([kind, 64, file.length]);
    const text = xmp?.toString('utf8') ?? '';
    expect(text).toContain(
      'ein &lt;rotes&gt; Haus &amp; 赤い円\nNegative prompt: fog\nSteps: 2, Sampler: PNDMScheduler, CFG scale: 7, Seed: 3',
    );
    expect(Buffer.from(file).includes('iTXtparameters')).toBe(format === 'png');
    const bare = await runJob(studio, { ...input, metadata: false });
    expect((await sharp(bare.files[name]).metadata()).xmp).toBeUndefined();
    expect(Buffer.from(bare.files[name] as Uint8Array).includes('fog')).toBe(false);
  });

  it('puts marks into files before they are hashed, and lets none go without', async () => {
    const tail = (
      text: string,
      made = (file: Uint8Array) => Buffer.concat([file, Buffer.from(text)]),
    ): PictureMark => ({
      name: text,
      apply: async (file, { format, seed }) => (format === 'png' && seed === 3 ? made(file) : file),
    });
    const input = { model, steps: 1, seed: 3 };
    const { output, files } = await runJob(studio, input, { marks: [tail('one'), tail('two')] });
    const file = files['image-01.png'] as Uint8Array;
    expect(Buffer.from(file).toString('latin1')).toMatch(/onetwo$/);
    expect(output.images[0]).toMatchObject({
      marks: ['one', 'two'],
      sha256: hash('sha256', file),
      sizeBytes: file.length,
    });

    let left: readonly string[] = ['?'];
    const onEnd = (end: { left: readonly string[] }) => {
      left = end.left;
    };
    const broken = runJob(studio, input, { marks: [tail('bad', () => Buffer.from('no picture'))], onEnd });
    await expect(broken).rejects.toThrow('the mark `bad` made no png of a png');
    expect(left).toEqual([]);
  });

  it('shows small pictures of what it makes, as often as it is asked', async () => {
    const { events } = await runJob(studio, { model, steps: 5, seed: 3, previews: { everySteps: 2, size: 32 } });
    expect(events.map(({ preview }) => preview !== undefined)).toEqual([false, true, false, true, true]);
    const [, data] = events[4]?.preview?.split(',') ?? [];
    expect(await sharp(Buffer.from(data ?? '', 'base64')).metadata()).toMatchObject({
      format: 'jpeg',
      // A pixel for each latent.
      width: 8,
      height: 8,
    });
  });

  it.each([
    ['', 'nothing'],
    ['🔴⬛ 赤い円 красный', 'letters it never saw'],
    ['many words '.repeat(300), 'more words than fit into a chunk'],
    ['(((((((a:1.5) [b] BREAK c', 'brackets that do not close'],
  ])('makes a picture of %#', async (prompt, negativePrompt) => {
    const { output } = await runJob(studio, { model, prompt, negativePrompt, steps: 2, seed: 1 });
    expect(output.images).toHaveLength(1);
  });

  it('makes another picture when a word counts more', async () => {
    const hash = async (prompt: string) =>
      (await runJob(studio, { model, prompt, steps: 2, seed: 1, metadata: false })).output.images[0]?.sha256;
    expect(await hash('a (red:1.5) circle')).not.toBe(await hash('a red circle'));
    expect(await hash('a (red:1.0) circle')).toBe(await hash('a red circle'));
  });

  it('cuts sizes that the network can not make from larger ones, and says so', async () => {
    const { output, usage } = await runJob(studio, { model, steps: 2, seed: 1, width: 72, height: 64 });
    expect(output.images[0]).toMatchObject({ width: 72, height: 64 });
    expect(output.changes).toEqual([
      {
        kind: 'adjusted',
        field: 'width, height',
        reason: 'The model works in blocks of 64 pixels; the picture was cut from 128 × 64.',
      },
    ]);
    expect(usage['megapixel_steps']).toBe(1);
  });

  it('says that a negative prompt does nothing without guidance', async () => {
    const { output } = await runJob(studio, { model, steps: 1, guidance: 1, negativePrompt: 'fog' });
    expect(output.changes.map(({ kind, field }) => [kind, field])).toEqual([['ignored', 'negativePrompt']]);
  });

  it('decodes large pictures in tiles that do not show', async () => {
    const loaded = await studio.take(model, signal);
    const [width, height] = [84, 24];
    const latents = Float32Array.from({ length: 4 * width * height }, (_, at) => Math.sin(at / 50));
    const tiled = await decodeLatents(loaded, latents, { width, height, signal });
    expect([tiled.width, tiled.height]).toEqual([672, 192]);
    const whole = await decodeLatents(loaded, latents, { width, height, signal, wholeUpTo: 96 });
    const differences = tiled.pixels.map((value, at) => Math.abs(value - (whole.pixels[at] as number)));
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    expect(mean).toBeLessThan(6);
  });

  it('asks for both prompts one after the other where memory is short, and gives the same picture', async () => {
    const input = { model, steps: 2, seed: 5 };
    const free = await runJob(studio, input);
    // Room for one of them.
    const short = await runJob(studio, input, { availableBytes: () => 128 * 1024 ** 2 + 64 * 64 * 16 * 40 });
    expect(short.output.images[0]?.perceptualHash).toBe(free.output.images[0]?.perceptualHash);
  });
});
