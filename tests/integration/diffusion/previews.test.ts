import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeLatents } from '../../../packages/plugin-diffusion/src/pipeline/decode-latents.ts';
import { encodePicture } from '../../../packages/plugin-diffusion/src/pipeline/encode-picture.ts';
import { previewLatents } from '../../../packages/plugin-diffusion/src/pipeline/preview-latents.ts';
import { halve } from './drawn-pictures.ts';
import { openTestStudio, runJob } from './run-job.ts';

describe("the built-in model's previews", async () => {
  const studio = await openTestStudio();
  afterAll(() => studio.close());
  const input = { prompt: 'a green star above a purple cross on a yellow background', seed: 5, model: 'builtin' };
  const { events, files } = await runJob(studio, { ...input, previews: { everySteps: 20 } });
  const made = await pixelsOf(Object.values(files)[0]);

  it('show the picture by its last step', async () => {
    const { width, pixels } = await pixelsOf(Buffer.from(events.at(-1)?.preview?.split(',')[1] ?? '', 'base64'));
    expect(width).toBe(32);
    // JPEG of quality 60 on top.
    expect(meanDifference(pixels, halve(halve(made)).pixels)).toBeLessThan(20);
  });

  it('ask no network, and are about what the decoder would make', async () => {
    const { signal } = new AbortController();
    const model = await studio.take('builtin', signal);
    const latents = await encodePicture(model, made);
    const size = { width: 8, height: 8, signal };
    const guessed = await previewLatents({ ...model, sessions: {} }, latents, size);
    const decoded = halve(halve(await decodeLatents(model, latents, size)));
    studio.giveBack(model);
    expect(guessed).toMatchObject({ width: 32, height: 32 });
    expect(meanDifference(guessed.pixels, decoded.pixels)).toBeLessThan(14);
    expect(correlation(guessed.pixels, decoded.pixels)).toBeGreaterThan(0.97);
  });
});

async function pixelsOf(file: Uint8Array | undefined) {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
}

/** Of 255. */
function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] as number)), 0) / a.length;
}

function correlation(a: Uint8Array, b: Uint8Array): number {
  const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: Uint8Array, xMean: number, y: Uint8Array, yMean: number) =>
    x.reduce((sum, value, at) => sum + (value - xMean) * ((y[at] as number) - yMean), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}
