import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@byoc/core';
import { generate } from '../src/capability/generate.ts';
import { openEnginePicture } from '../src/image/open-engine-picture.ts';
import { perceptualHash } from '../src/image/perceptual-hash.ts';
import { DEFAULT_LIMITS } from '../src/job/limits.ts';
import { readModelFolder } from '../src/model/read-model-folder.ts';
import { createOnnxEngine } from '../src/onnx.ts';
import { loadModel } from '../src/pipeline/load-model.ts';
import type { Picture } from '../src/pipeline/picture.ts';
import { startOnnxRuntime } from '../src/runtime/start-onnx-runtime.ts';
import { fitPreview } from './fit-preview.ts';

/**
 * Writes into the built-in model's byoc-model.json how its test picture looks, and how previews are to guess at latents. To be run after
 * each export.
 */
const folder = join(import.meta.dirname, '../model');
const path = join(folder, 'byoc-model.json');
const job = { prompt: 'a red circle above a blue square', seed: 7, steps: 10 };
const colours = ['red', 'green', 'blue', 'yellow', 'orange', 'purple', 'white', 'black'];
const shapes = ['circle', 'square', 'triangle', 'star', 'cross', 'ring'];
const turn = (list: readonly string[], at: number) => list[at % list.length];
/** Each colour three times as a thing's and three times as the background's. */
const shown = Array.from({ length: 24 }, (_, at) => ({
  prompt: `a ${turn(colours, at)} ${turn(shapes, at)} on a ${turn(colours, at + 1 + Math.floor(at / 8))} background`,
  ...{ seed: at, steps: 20 },
}));

const { signal } = new AbortController();
const engine = createOnnxEngine({ providers: ['cpu'] });
await engine.start({ log: silentLogger, tmp: tmpdir(), signal, onChange() {} });
const runtime = await startOnnxRuntime({ providers: ['cpu'] });
try {
  const hash = await perceptualHash(await draw(job));
  const pictures = [];
  for (const one of shown) pictures.push(await draw(one));
  const model = await loadModel(runtime, await readModelFolder(folder), { threads: 1, signal });
  const preview = await fitPreview(model, pictures, { scale: 4, signal });
  const { preview: _, fitness: __, ...others } = JSON.parse(await readFile(path, 'utf8'));
  const text = JSON.stringify({ ...others, fitness: { ...job, perceptualHash: hash }, preview }, undefined, 2);
  await writeFile(path, `${text.replace(/\[[-\d.,e\s]+\]/g, (numbers) => numbers.replace(/\s+/g, ''))}\n`);
} finally {
  await engine.close();
  await runtime.close();
}

async function draw({ prompt, seed, steps }: typeof job): Promise<Picture> {
  const input = generate.schemas.input.parse({ prompt, steps, model: 'builtin' });
  const file = () => Promise.reject(new Error('there are no pictures'));
  for await (const step of engine.generate({ input, seed, limits: DEFAULT_LIMITS, signal, file }))
    if (step.type === 'picture') return openEnginePicture(step.picture, DEFAULT_LIMITS);
  throw new Error(`there is no picture of \`${prompt}\``);
}
