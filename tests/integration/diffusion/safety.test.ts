import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { judgePicture, judgePreview } from '../../../packages/plugin-diffusion/src/job/judge-picture.ts';
import type { Picture } from '../../../packages/plugin-diffusion/src/pipeline/picture.ts';
import { openTestStudio, pipelines, runJob } from './run-job.ts';

const fixtures = join(pipelines, '../variants');
const { flagged } = JSON.parse(readFileSync(join(fixtures, 'latents.json'), 'utf8')) as { flagged: boolean[] };
const signal = new AbortController().signal;

const folder = await mkdtemp(join(tmpdir(), 'byoc-diffusion-'));
/** Stable Diffusion's small pipeline with a checker. */
async function addModel(name: string, settings: object | undefined, { isWhole = true } = {}): Promise<void> {
  await cp(join(pipelines, 'stable-diffusion'), join(folder, name), { recursive: true });
  if (isWhole) await cp(join(fixtures, 'safety'), join(folder, name), { recursive: true });
  if (settings !== undefined) await writeFile(join(folder, name, 'byoc-model.json'), JSON.stringify(settings));
}
await addModel('usual', undefined);
await addModel('blank', { safetyChecker: 'blank' });
await addModel('off', { safetyChecker: 'off' });
await addModel('lacking', { safetyChecker: 'blank' }, { isWhole: false });
const studio = await openTestStudio(folder);
afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true });
});

/** The pictures of make-variant-fixtures.py. */
const formulas: ((x: number, y: number, colour: number) => number)[] = [
  (x, y, colour) => (x * 3 + y * 2 + colour * 40) % 256,
  (_, __, colour) => colour * 90,
  (x, y) => ((Math.floor(x / 8) + Math.floor(y / 8)) % 2) * 255,
  (x) => (x * 2) % 256,
];
const pictures = formulas.map((formula) => {
  const pixels = Uint8Array.from({ length: 144 * 96 * 3 }, (_, at) =>
    formula(Math.floor(at / 3) % 144, Math.floor(at / 432), at % 3),
  );
  return { width: 144, height: 96, pixels };
});

describe('a safety checker', () => {
  it('flags the pictures that diffusers flags with it', async () => {
    const model = await studio.take('blank', signal);
    const judged = await Promise.all(pictures.map((picture) => judgePicture(model, picture)));
    expect(judged.map(({ isBlanked }) => isBlanked)).toEqual(flagged);
    expect(new Set(judged[flagged.indexOf(true)]?.picture.pixels)).toEqual(new Set([0]));
    expect(judged[flagged.indexOf(false)]?.picture).toEqual(pictures[flagged.indexOf(false)]);
  });

  it('is asked about previews as well', async () => {
    const model = await studio.take('usual', signal);
    const shown = await judgePreview(model, pictures[flagged.indexOf(true)] as Picture);
    expect(new Set(shown.pixels)).toEqual(new Set([0]));
  });

  const input = { steps: 2, seed: 3, previews: { everySteps: 1, size: 32 } };

  it('keeps a flagged picture back, unless it is told otherwise', async () => {
    let usage: object = {};
    const job = runJob(studio, { ...input, model: 'usual' }, { onEnd: (end) => (usage = end) });
    await expect(job).rejects.toMatchObject({
      facts: { reason: 'picture-flagged', message: expect.stringContaining('nothing of it is given out') },
    });
    expect(usage).toMatchObject({ left: [] });
  });

  it('blanks it where the operator says so, and the result tells', async () => {
    const { output, files, usage } = await runJob(studio, { ...input, model: 'blank' });
    const reason = "The model's safety checker flagged picture 1; it is black.";
    expect(output.changes).toEqual([{ kind: 'adjusted', field: 'images', reason }]);
    expect(Math.max(...(await sharp(files['image-01.png']).raw().toBuffer()))).toBe(0);
    expect(usage).toEqual({ megapixel_steps: 1, images: 1 });
  });

  it('is not asked where the operator switches it off', async () => {
    const { output, files } = await runJob(studio, { ...input, model: 'off' });
    expect(output.changes).toEqual([]);
    expect(Math.max(...(await sharp(files['image-01.png']).raw().toBuffer()))).toBeGreaterThan(100);
  });

  it('must be there where the operator asks for it', async () => {
    await expect(runJob(studio, { ...input, model: 'lacking' })).rejects.toMatchObject({
      facts: { reason: 'model-incomplete', message: expect.stringContaining('safety_checker/model.onnx') },
    });
  });
});
