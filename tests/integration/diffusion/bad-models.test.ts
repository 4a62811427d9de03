import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isByocError } from '@byoc/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../packages/plugin-diffusion/src/job/limits.ts';
import { testEngine } from '../../../packages/plugin-diffusion/src/job/test-engine.ts';
import type { Studio } from '../../../packages/plugin-diffusion/src/studio/studio.ts';
import { openTestEngine, openTestStudio, pipelines, runJob } from './run-job.ts';

let folder: string;
let studio: Studio;
const good = join(pipelines, 'stable-diffusion');

/** A copy of the good model, spoiled. */
async function spoil(name: string, change: (path: string) => Promise<unknown>): Promise<void> {
  await cp(good, join(folder, name), { recursive: true });
  await change(join(folder, name));
}

const edit = (file: string, change: (json: Record<string, unknown>) => void) => async (path: string) => {
  const json = JSON.parse(await readFile(join(path, file), 'utf8'));
  change(json);
  await writeFile(join(path, file), JSON.stringify(json));
};

const models: Record<string, [(path: string) => Promise<unknown>, reason: string, message: RegExp]> = {
  'no-index': [(path) => rm(join(path, 'model_index.json')), 'model-incomplete', /has no `model_index.json`/],
  'no-unet': [(path) => rm(join(path, 'unet/model.onnx')), 'model-incomplete', /has no `unet\/model.onnx`/],
  'no-words': [(path) => rm(join(path, 'tokenizer/merges.txt')), 'model-incomplete', /has no `tokenizer\/vocab.json`/],
  'no-scheduler': [(path) => rm(join(path, 'scheduler'), { recursive: true }), 'model-incomplete', /scheduler_config/],
  'broken-index': [
    (path) => writeFile(join(path, 'model_index.json'), '{"a'),
    'model-settings-broken',
    /model_index.json/,
  ],
  'other-family': [
    edit('model_index.json', (json) => {
      delete json['unet'];
      json['_class_name'] = 'FluxPipeline';
    }),
    'model-family-unknown',
    /`other-family` is a `FluxPipeline`/,
  ],
  refiner: [
    edit('model_index.json', (json) => {
      json['text_encoder'] = [null, null];
      json['_class_name'] = 'StableDiffusionXLImg2ImgPipeline';
    }),
    'model-family-unknown',
    /`refiner` is a `StableDiffusionXLImg2ImgPipeline`/,
  ],
  'other-flux': [
    edit('model_index.json', (json) => {
      delete json['unet'];
      json['transformer'] = json['text_encoder_2'] = ['diffusers', 'OnnxRuntimeModel'];
      json['_class_name'] = 'FluxFillPipeline';
    }),
    'model-family-unknown',
    /`other-flux` is a `FluxFillPipeline`/,
  ],
  'other-scheduler': [
    edit('scheduler/scheduler_config.json', (json) => {
      json['beta_schedule'] = 'cubic';
    }),
    'scheduler-refused',
    /`beta_schedule` is `cubic`/,
  ],
  pickle: [
    async (path) => {
      await rm(join(path, 'unet/model.onnx'));
      await writeFile(join(path, 'unet/diffusion_pytorch_model.bin'), 'cos\nsystem\n(S"touch /tmp/owned"\ntR.');
    },
    'model-format-refused',
    /`unet\/diffusion_pytorch_model.bin` of the model `pickle` is not ONNX; it was not opened/,
  ],
  checkpoint: [
    async (path) => {
      await rm(path, { recursive: true });
      await mkdir(path);
      await writeFile(join(path, 'model.ckpt'), 'PK');
    },
    'model-format-refused',
    /`model.ckpt`/,
  ],
  truncated: [
    (path) => truncate(join(path, 'unet/model.onnx'), 100_000),
    'model-truncated',
    /`unet` .* cut off or broken/,
  ],
  empty: [(path) => truncate(join(path, 'vae_decoder/model.onnx'), 0), 'model-truncated', /`vae_decoder`/],
  'not-onnx': [(path) => writeFile(join(path, 'unet/model.onnx'), 'hello'), 'model-truncated', /`unet`/],
  operator: [
    async (path) => {
      const file = join(path, 'unet/model.onnx');
      const bytes = await readFile(file);
      // The operators called Sin become ones that nobody knows.
      await writeFile(file, Buffer.from(bytes.toString('latin1').replaceAll('\x22\x03Sin', '\x22\x03Foo'), 'latin1'));
    },
    'model-operator-missing',
    /`unet` .* has an operator that this ONNX Runtime lacks/,
  ],
  digest: [
    (path) =>
      writeFile(join(path, 'byoc-model.json'), JSON.stringify({ sha256: { 'unet/model.onnx': 'ab'.repeat(32) } })),
    'model-digest-wrong',
    /`unet\/model.onnx` .* has the sha256 [0-9a-f]{64}, not abab/,
  ],
  'wrong-settings': [
    (path) => writeFile(join(path, 'byoc-model.json'), '{"steps": 4}'),
    'model-settings-broken',
    /steps/,
  ],
  'other-parts': [
    (path) => cp(join(pipelines, 'stable-diffusion-xl/text_encoder/model.onnx'), join(path, 'unet/model.onnx')),
    'model-unfit',
    /`unet` of the model `other-parts`/,
  ],
  'other-channels': [
    edit('vae_decoder/config.json', (json) => {
      json['latent_channels'] = 16;
    }),
    'model-unfit',
    /takes 4 channels, its decoder 16/,
  ],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byoc-models-'));
  await symlink(good, join(folder, 'good'));
  for (const [name, [change]] of Object.entries(models)) await spoil(name, change);
  studio = await openTestStudio(folder);
});
afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true });
});

describe('a model folder', () => {
  it.each(Object.entries(models))('%s is refused', async (model, [, reason, message]) => {
    const error = await runJob(studio, { model, steps: 1 }).catch((thrown: unknown) => thrown);
    if (!isByocError(error, 'JOB_FAILED')) throw error;
    expect(error.facts).toMatchObject({ reason, message: expect.stringMatching(message), recovery: 'retry-other' });
  });

  it('that is good runs beside them', async () => {
    const { output } = await runJob(studio, { model: 'good', steps: 1 });
    expect(output.images).toHaveLength(1);
  });
});

describe('fitness', () => {
  const signal = new AbortController().signal;
  const test = async (hash: string) => {
    const name = `fit-${hash.slice(0, 4)}`;
    await spoil(name, (path) =>
      writeFile(
        join(path, 'byoc-model.json'),
        JSON.stringify({ fitness: { prompt: 'a star', seed: 9, steps: 2, perceptualHash: hash } }),
      ),
    );
    await using own = Object.assign(await openTestStudio(join(folder, name)), {
      async [Symbol.asyncDispose]() {
        await own.close();
      },
    });
    return await testEngine(await openTestEngine(own), { signal, limits: DEFAULT_LIMITS, isWarmUp: false });
  };

  it('passes with the picture that the model is known for, and fails with another', async () => {
    const wrong = (await test('0123456789abcdef').catch((thrown: unknown) => thrown)) as Error;
    expect(wrong.message).toMatch(/is another one: \d+ of 64 bits differ from 0123456789abcdef/);
    const input = { model: 'good', prompt: 'a star', seed: 9, steps: 2 };
    const { output } = await runJob(studio, input);
    await expect(test(output.images[0]?.perceptualHash ?? '')).resolves.toMatchObject({
      perceptualHash: output.images[0]?.perceptualHash,
    });
  });

  it('keeps the built-in model from service when a file of it was changed', async () => {
    const builtin = join(pipelines, '../../model');
    await cp(builtin, join(folder, 'changed'), { recursive: true });
    await edit('byoc-model.json', (json) => {
      delete (json['sha256'] as Record<string, string>)['scheduler/scheduler_config.json'];
    })(join(folder, 'changed'));
    await edit('scheduler/scheduler_config.json', (json) => {
      json['prediction_type'] = 'sample';
    })(join(folder, 'changed'));
    const draw = async (path: string) => {
      const own = await openTestStudio(path);
      try {
        return await testEngine(await openTestEngine(own), { signal, limits: DEFAULT_LIMITS, isWarmUp: false });
      } finally {
        await own.close();
      }
    };
    await expect(draw(builtin)).resolves.toMatchObject({ perceptualHash: expect.stringMatching(/^[0-9a-f]{16}$/) });
    await expect(draw(join(folder, 'changed'))).rejects.toMatchObject({ reason: 'fitness-failed' });
  });
});

describe('a studio', () => {
  it('unloads the model that was used longest ago when the next one does not fit', async () => {
    // Room for one of them.
    const small = await openTestStudio(pipelines, { maxModelBytes: 400_000 });
    try {
      for (const model of ['stable-diffusion', 'stable-diffusion-xl', 'stable-diffusion']) {
        await runJob(small, { model, steps: 1 });
        expect([...small.loaded.keys()]).toEqual([model]);
      }
    } finally {
      await small.close();
    }
  });
});
