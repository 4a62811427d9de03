import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { openScheduler } from '../../../packages/plugin-diffusion/src/job/open-scheduler.ts';
import { maskOfLatents } from '../../../packages/plugin-diffusion/src/job/read-source.ts';
import { settleJob } from '../../../packages/plugin-diffusion/src/job/settle-job.ts';
import { decodeLatents } from '../../../packages/plugin-diffusion/src/pipeline/decode-latents.ts';
import { encodePicture } from '../../../packages/plugin-diffusion/src/pipeline/encode-picture.ts';
import { encodePrompts } from '../../../packages/plugin-diffusion/src/pipeline/encode-prompts.ts';
import { guidedNetwork } from '../../../packages/plugin-diffusion/src/pipeline/guided-network.ts';
import type { LoadedModel } from '../../../packages/plugin-diffusion/src/pipeline/loaded-model.ts';
import { makeLatents, type StartLatents } from '../../../packages/plugin-diffusion/src/pipeline/make-latents.ts';
import { openTestStudio, pipelines, runJob } from './run-job.ts';
import { rightHalf, slope } from './slope.ts';

const studio = await openTestStudio();
afterAll(() => studio.close());
const signal = new AbortController().signal;
type Case = 'text' | 'image' | 'inpaint' | 'withoutT5';
const fixtures = JSON.parse(readFileSync(join(pipelines, '../flow-fixtures.json'), 'utf8')) as Record<
  string,
  Record<Case | 'start', number[]>
>;
const families = ['stable-diffusion-3', 'flux'] as const;
const steps = 4;
const side = 8;

async function startOf(loaded: LoadedModel, which: Case): Promise<StartLatents | undefined> {
  if (which !== 'image' && which !== 'inpaint') return undefined;
  const latents = await encodePicture(loaded, { width: 64, height: 64, pixels: slope });
  const mask = which === 'inpaint' ? maskOfLatents(rightHalf, { width: 64, height: 64, scale: 8 }) : undefined;
  return { latents, strength: 0.5, mask };
}

/** Latents by the noise that Python drew. */
async function latentsOf(loaded: LoadedModel, which: Case, isSequential = false): Promise<Float32Array> {
  const { start: noise } = fixtures[loaded.folder.family] as (typeof fixtures)[string];
  const guidance = loaded.folder.family === 'flux' ? 3.5 : 5;
  const asked = { width: 64, height: 64, scheduler: undefined, count: 1, negativePrompt: '' };
  const settled = settleJob({ ...asked, steps, guidance }, loaded.folder);
  const prompts = await encodePrompts(loaded, 'a red circle above a blue square', 'a green star', signal);
  return makeLatents(loaded, {
    ...{ steps, length: noise.length, signal, start: await startOf(loaded, which) },
    scheduler: openScheduler(loaded.folder, settled, side * side),
    network: guidedNetwork(loaded, prompts, { guidance, width: side, height: side, isSequential }),
    noise: () => new Float32Array(noise),
    onStep: async () => {},
  });
}

/** Of the largest value. */
function difference(made: Float32Array, wanted: readonly number[]): number {
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, at) => Math.abs(value - (made[at] as number)))) / largest;
}

describe.each(families)('a pipeline shaped like %s', (model) => {
  it.each(['text', 'image', 'inpaint'] as const)('gives the latents that diffusers gives, from %s', async (which) => {
    const loaded = await studio.take(model, signal);
    expect(difference(await latentsOf(loaded, which), fixtures[model]?.[which] ?? [])).toBeLessThan(1e-4);
  });

  it('decodes them to the picture that diffusers gives', async () => {
    const loaded = await studio.take(model, signal);
    const latents = await latentsOf(loaded, 'text');
    const { pixels } = await decodeLatents(loaded, latents, { width: side, height: side, signal });
    const wanted = await sharp(join(pipelines, `../pictures/${model}.png`))
      .raw()
      .toBuffer();
    expect(Math.max(...wanted.map((value, at) => Math.abs(value - (pixels[at] as number))))).toBeLessThanOrEqual(1);
  });

  it('runs a job of any size in blocks of 16 pixels, with what it was made of', async () => {
    const { output, usage, events } = await runJob(studio, { model, width: 88, height: 64, steps: 3, seed: 7 });
    expect(output).toMatchObject({
      model: { name: model, family: model },
      images: [{ width: 88, height: 64 }],
      settings: { steps: 3, guidance: model === 'flux' ? 3.5 : 7, scheduler: 'FlowMatchEulerDiscreteScheduler' },
      changes: [{ reason: 'The model works in blocks of 16 pixels; the picture was cut from 96 × 64.' }],
    });
    expect([usage, events.length]).toEqual([{ megapixel_steps: 1, images: 1 }, 3]);
  });

  it('refuses a scheduler that does not follow a flow', async () => {
    await expect(runJob(studio, { model, scheduler: 'ddim', steps: 2 })).rejects.toMatchObject({
      facts: { reason: 'scheduler-refused', message: expect.stringContaining('flow-euler with this model') },
    });
  });

  it('reads prompts that are longer than its encoders', async () => {
    const { output } = await runJob(studio, {
      model,
      prompt: 'many (red:1.2) stars '.repeat(120),
      steps: 1,
      seed: 1,
      width: 64,
      height: 64,
    });
    expect(output.images).toHaveLength(1);
  });
});

describe('a pipeline shaped like Stable Diffusion 3', () => {
  it('asks for both prompts one after the other where memory is short', async () => {
    const loaded = await studio.take('stable-diffusion-3', signal);
    const wanted = fixtures['stable-diffusion-3']?.text ?? [];
    expect(difference(await latentsOf(loaded, 'text', true), wanted)).toBeLessThan(1e-4);
  });

  it('runs without T5 as diffusers does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'byoc-diffusion-'));
    const small = join(folder, 'without-t5');
    const filter = (path: string) => !/text_encoder_3|tokenizer_3/.test(path);
    await cp(join(pipelines, 'stable-diffusion-3'), small, { recursive: true, filter });
    const other = await openTestStudio(small);
    try {
      const made = await latentsOf(await other.take('without-t5', signal), 'withoutT5');
      expect(difference(made, fixtures['stable-diffusion-3']?.withoutT5 ?? [])).toBeLessThan(1e-4);
    } finally {
      await other.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe('a pipeline shaped like FLUX', () => {
  it('is led by its guidance, and says that a negative prompt does nothing', async () => {
    const hash = async (guidance: number) => {
      const input = { model: 'flux', width: 64, height: 64, steps: 2, seed: 1, guidance, negativePrompt: 'fog' };
      const { output } = await runJob(studio, input);
      expect(output.changes.map(({ kind, field }) => [kind, field])).toEqual([['ignored', 'negativePrompt']]);
      return output.images[0]?.sha256;
    };
    expect(await hash(1.5)).not.toBe(await hash(4));
  });
});
