import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { inpaintingChannels } from '../../../packages/plugin-diffusion/src/job/inpainting-channels.ts';
import { encodePicture } from '../../../packages/plugin-diffusion/src/pipeline/encode-picture.ts';
import { encodePrompts } from '../../../packages/plugin-diffusion/src/pipeline/encode-prompts.ts';
import { guidedNetwork } from '../../../packages/plugin-diffusion/src/pipeline/guided-network.ts';
import { makeLatents } from '../../../packages/plugin-diffusion/src/pipeline/make-latents.ts';
import { createScheduler } from '../../../packages/plugin-diffusion/src/schedulers/create-scheduler.ts';
import { openTestStudio, pipelines, runJob } from './run-job.ts';
import { rightHalf, slope } from './slope.ts';

const fixtures = join(pipelines, '../variants');
const wanted = JSON.parse(readFileSync(join(fixtures, 'latents.json'), 'utf8')) as Record<string, number[]>;
const signal = new AbortController().signal;

/** Stable Diffusion's small pipeline with other networks. */
const folder = await mkdtemp(join(tmpdir(), 'byoc-diffusion-'));
for (const name of ['lcm', 'inpainting']) {
  await cp(join(pipelines, 'stable-diffusion'), join(folder, name), { recursive: true });
  await cp(join(fixtures, name), join(folder, name), { recursive: true });
}
const studio = await openTestStudio(folder);
afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true });
});

async function difference(name: string, model: string, guidance: number, strength?: number): Promise<number> {
  const loaded = await studio.take(model, signal);
  const prompts = await encodePrompts(loaded, 'a red circle above a blue square', 'a green star', signal);
  const picture = { width: 64, height: 64, pixels: slope };
  const source = { picture, mask: rightHalf };
  const more = strength === undefined ? undefined : await inpaintingChannels(loaded, source);
  const start = strength === undefined ? undefined : { latents: await encodePicture(loaded, picture), strength };
  const made = await makeLatents(loaded, {
    ...{ length: 256, steps: 4, signal, start },
    scheduler: createScheduler(loaded.folder.scheduler, { steps: 4 }),
    network: guidedNetwork(loaded, prompts, { guidance, width: 8, height: 8, more }),
    noise: () => new Float32Array(wanted['start'] ?? []),
    onStep: async () => {},
  });
  const latents = wanted[name] ?? [];
  return (
    Math.max(...latents.map((value, at) => Math.abs(value - (made[at] as number)))) / Math.max(...latents.map(Math.abs))
  );
}

describe('a model of few steps that takes its guidance as an input (LCM)', () => {
  it('gives the latents that diffusers gives', async () => {
    expect(await difference('lcm', 'lcm', 8.5)).toBeLessThan(1e-4);
  });

  it('takes four steps unless it is told otherwise', async () => {
    const { output } = await runJob(studio, { model: 'lcm', seed: 1 });
    expect(output.settings).toMatchObject({ steps: 4, guidance: 8, scheduler: 'LCMScheduler' });
  });
});

describe('a model made for inpainting, of nine channels', () => {
  it.each([
    ['inpainting', 1],
    ['inpainting in part', 0.5],
  ])('gives the latents that diffusers gives: %s', async (name, strength) => {
    expect(await difference(name, 'inpainting', 5, strength)).toBeLessThan(1e-4);
  });

  it('paints where the mask is light, and keeps the rest', async () => {
    const png = (pixels: Uint8Array, channels: 1 | 3) =>
      sharp(pixels, { raw: { width: 64, height: 64, channels } })
        .png()
        .toBuffer();
    const parts = {
      image: await png(slope, 3),
      mask: await png(
        rightHalf.map((value) => value * 255),
        1,
      ),
    };
    const source = { image: { $part: 'image' }, mask: { $part: 'mask' }, strength: 1 };
    const { files, output } = await runJob(studio, { model: 'inpainting', steps: 3, seed: 1, source }, { parts });
    expect(output.settings.stepsRun).toBe(3);
    const pixels = await sharp(files['image-01.png']).raw().toBuffer();
    const same = (x: number) =>
      [...Array(64).keys()].every((y) => pixels[(y * 64 + x) * 3] === slope[(y * 64 + x) * 3]);
    expect([same(5), same(60)]).toEqual([true, false]);
  });

  it('wants a mask', async () => {
    await expect(runJob(studio, { model: 'inpainting', steps: 1 })).rejects.toMatchObject({
      facts: { reason: 'model-unfit', message: expect.stringContaining('no `source` with a `mask`') },
    });
  });
});
