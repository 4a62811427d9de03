import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isByocError } from '@byoc/core';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePrompts } from '../../../packages/plugin-diffusion/src/pipeline/encode-prompts.ts';
import { guidedNetwork } from '../../../packages/plugin-diffusion/src/pipeline/guided-network.ts';
import { makeLatents } from '../../../packages/plugin-diffusion/src/pipeline/make-latents.ts';
import { createScheduler } from '../../../packages/plugin-diffusion/src/schedulers/create-scheduler.ts';
import { openTestStudio, pipelines, runJob } from './run-job.ts';

const fixtures = join(pipelines, '../adapters');
const latents = JSON.parse(readFileSync(join(fixtures, 'latents.json'), 'utf8')) as Record<string, number[]>;
const signal = new AbortController().signal;
const model = 'small';

/** A .safetensors file of zeros. */
function zeros(shapes: Readonly<Record<string, readonly number[]>>, metadata?: Record<string, string>): Uint8Array {
  let at = 0;
  const places = Object.entries(shapes).map(([name, shape]) => {
    const from = at;
    at += 4 * shape.reduce((product, side) => product * side, 1);
    return [name, { dtype: 'F32', shape, data_offsets: [from, at] }];
  });
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(places) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(at)]);
}

const query = 'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q';
const whole = await readFile(join(fixtures, 'kohya.safetensors'));
const others: Readonly<Record<string, Uint8Array>> = {
  'other-model': zeros({
    'unet.down_blocks.7.to_q.lora_A.weight': [2, 16],
    'unet.down_blocks.7.to_q.lora_B.weight': [16, 2],
  }),
  'other-size': zeros({ [`${query}.lora_A.weight`]: [2, 64], [`${query}.lora_B.weight`]: [64, 2] }),
  'other-ranks': zeros({ [`${query}.lora_A.weight`]: [2, 16], [`${query}.lora_B.weight`]: [16, 4] }),
  'one-matrix': zeros({ [`${query}.lora_A.weight`]: [2, 16] }),
  'other-kind': zeros({ 'lora_unet_down_blocks_0_to_q.hada_w1_a': [2, 16] }),
  dora: zeros(
    { [`${query}.lora_A.weight`]: [2, 16], [`${query}.lora_B.weight`]: [16, 2] },
    { lora_adapter_metadata: '{"unet.use_dora":true}' },
  ),
  'cut-off': whole.subarray(0, whole.length - 100),
  pickle: Buffer.from('\x80\x02cos\nsystem\n(S"touch /tmp/owned"\ntR.'),
  partly: zeros({
    [`${query}.lora_A.weight`]: [2, 16],
    [`${query}.lora_B.weight`]: [16, 2],
    'text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_A.weight': [2, 8],
    'text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_B.weight': [8, 2],
  }),
};

const folder = await mkdtemp(join(tmpdir(), 'byoc-diffusion-'));
const filter = (path: string) => !/(?:unet|text_encoder)$/.test(path);
await cp(join(pipelines, 'stable-diffusion'), join(folder, model), { recursive: true, filter });
await cp(join(fixtures, 'model'), join(folder, model), { recursive: true });
await mkdir(join(folder, 'loras'));
for (const name of ['kohya', 'diffusers'])
  await cp(join(fixtures, `${name}.safetensors`), join(folder, `loras/${name}.safetensors`));
for (const [name, bytes] of Object.entries(others)) await writeFile(join(folder, `loras/${name}.safetensors`), bytes);
await writeFile(join(folder, 'loras/old.pt'), 'x');
const studio = await openTestStudio(folder);
afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true });
});

describe('adapters', () => {
  it.each([
    ['none', []],
    ['kohya', [{ name: 'kohya', weight: 0.8 }]],
    ['diffusers', [{ name: 'diffusers', weight: -0.5 }]],
    [
      'kohya+diffusers',
      [
        { name: 'kohya', weight: 0.8 },
        { name: 'diffusers', weight: -0.5 },
      ],
    ],
  ])('give the latents that diffusers gives with them: %s', async (name, loras) => {
    const loaded = await studio.take(model, signal, loras);
    const prompts = await encodePrompts(loaded, 'a red circle above a blue square', 'a green star', signal);
    const made = await makeLatents(loaded, {
      ...{ length: 256, steps: 4, signal, scheduler: createScheduler(loaded.folder.scheduler, { steps: 4 }) },
      network: guidedNetwork(loaded, prompts, { guidance: 5, width: 8, height: 8 }),
      noise: () => new Float32Array(latents['start'] ?? []),
      onStep: async () => {},
    });
    const wanted = latents[name] ?? [];
    const largest = Math.max(...wanted.map(Math.abs));
    expect(Math.max(...wanted.map((value, at) => Math.abs(value - (made[at] as number)))) / largest).toBeLessThan(1e-4);
  });

  it('are named in the result and in the picture, and make another model of it', async () => {
    const plain = await runJob(studio, { model, steps: 1, seed: 1 });
    const loras = [{ name: 'kohya', weight: 0.5 }];
    const { output, files } = await runJob(studio, { model, steps: 1, seed: 1, loras });
    expect(output.model.loras).toEqual([
      { name: 'kohya', weight: 0.5, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect([output.changes, plain.output.model.loras]).toEqual([[], undefined]);
    expect(output.model.digest).not.toBe(plain.output.model.digest);
    expect(output.images[0]?.sha256).not.toBe(plain.output.images[0]?.sha256);
    const { xmp } = await sharp(files['image-01.png']).metadata();
    expect(xmp?.toString('utf8')).toContain('&lt;lora:kohya:0.5&gt;');
    const again = await runJob(studio, { model, steps: 1, seed: 1, loras });
    expect(again.output.images).toEqual(output.images);
  });

  it('may change layers that the model has not; the result says so', async () => {
    const { output } = await runJob(studio, { model, steps: 1, seed: 1, loras: [{ name: 'partly' }] });
    expect(output.changes).toEqual([
      {
        kind: 'adjusted',
        field: 'loras',
        reason: '1 of 2 layers of the adapter `partly` are not in the model; the others were used.',
      },
    ]);
  });

  it.each([
    ['ghibli', 'lora-unknown', /no adapter `ghibli` here; there are: cut-off, diffusers, dora, kohya/],
    ['old', 'lora-unknown', /no adapter `old`/],
    ['../small', 'lora-unknown', /no adapter/],
    ['other-model', 'lora-unfit', /none of its 1 layers is in the model `small`, for example `down_blocks_7_to_q`/],
    ['other-size', 'lora-unfit', /`down_blocks_0.*_to_q` is 64 × 64 in the adapter, 16 × 16 in `unet`/],
    ['other-ranks', 'lora-unfit', /are of ranks 2 and 4/],
    ['one-matrix', 'lora-unfit', /has only one of its two matrices/],
    ['other-kind', 'lora-unfit', /`lora_unet_down_blocks_0_to_q.hada_w1_a` is no part of a low-rank adapter/],
    ['dora', 'lora-unfit', /its `unet.use_dora` is not done here/],
    ['cut-off', 'lora-unfit', /`cut-off` can't be read/],
    ['pickle', 'lora-unfit', /`pickle` can't be read/],
  ])('are refused by name: %s', async (name, reason, message) => {
    const error: unknown = await runJob(studio, { model, steps: 1, loras: [{ name }] }).catch(
      (thrown: unknown) => thrown,
    );
    expect(isByocError(error, 'JOB_FAILED') && error.facts).toMatchObject({
      reason,
      message: expect.stringMatching(message),
    });
  });
});
