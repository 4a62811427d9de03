import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@byoc/core';
import { generate } from '../src/capability/generate.ts';
import { openEnginePicture } from '../src/image/open-engine-picture.ts';
import { perceptualHash } from '../src/image/perceptual-hash.ts';
import { DEFAULT_LIMITS } from '../src/job/limits.ts';
import { createOnnxEngine } from '../src/onnx.ts';

/** Draws the built-in model's test picture and writes how it looks into its byoc-model.json. To be run after each export. */
const path = join(import.meta.dirname, '../model/byoc-model.json');
const job = { prompt: 'a red circle above a blue square', seed: 7, steps: 10 };

const { signal } = new AbortController();
const engine = createOnnxEngine({ providers: ['cpu'] });
await engine.start({ log: silentLogger, tmp: tmpdir(), signal, onChange() {} });
try {
  const input = generate.schemas.input.parse({ prompt: job.prompt, steps: job.steps, model: 'builtin' });
  const file = () => Promise.reject(new Error('there are no pictures'));
  for await (const step of engine.generate({ input, seed: job.seed, limits: DEFAULT_LIMITS, signal, file })) {
    if (step.type !== 'picture') continue;
    const hash = await perceptualHash(await openEnginePicture(step.picture, DEFAULT_LIMITS));
    const settings = { ...JSON.parse(await readFile(path, 'utf8')), fitness: { ...job, perceptualHash: hash } };
    await writeFile(path, `${JSON.stringify(settings, undefined, 2)}\n`);
  }
} finally {
  await engine.close();
}
