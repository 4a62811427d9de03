import { createHash } from 'node:crypto';
import type { PictureMark } from '@byoc/plugin-diffusion/plugin';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { ImageFailure } from '../../../packages/plugin-diffusion/src/model/image-failure.ts';
import { openTestEngine, openTestStudio } from './run-job.ts';
import { type RunUpscaleOptions, runUpscaleJob } from './run-upscale-job.ts';

const studio = await openTestStudio();
const engine = await openTestEngine(studio);
afterAll(() => studio.close());
const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#336699' } })
  .png()
  .toBuffer();
/** A mark that says what it was told, behind the picture. */
const told: PictureMark = {
  name: 'told',
  apply: async (file, { format, width, height, seed, model }) =>
    Buffer.concat([file, Buffer.from(`${format} ${width} ${height} ${seed} ${model.name}`)]),
};

it('puts marks into an enlarged picture before it is hashed', async () => {
  const { output, file } = await runUpscaleJob(engine, image, {}, { marks: [told] });
  expect(Buffer.from(file).toString('latin1')).toMatch(/png 16 16 undefined builtin-upscaler$/);
  const sha256 = createHash('sha256').update(file).digest('hex');
  expect(output).toMatchObject({ marks: ['told'], sha256, sizeBytes: file.length });
});

it('lets none go without', async () => {
  let left: readonly string[] = ['?'];
  const onEnd: RunUpscaleOptions['onEnd'] = (end) => {
    ({ left } = end);
  };
  const spoils = { name: 'bad', apply: async () => Buffer.from('no picture') };
  const broken = runUpscaleJob(engine, image, {}, { marks: [told, spoils], onEnd });
  await expect(broken).rejects.toThrow('the mark `bad` made no png of a png');
  expect(left).toEqual([]);
});

it('lets nobody pay for tiles of a picture that is not delivered', async () => {
  const refusing = {
    async *upscale(job: Parameters<typeof engine.upscale>[0]) {
      for await (const step of engine.upscale(job)) {
        yield step;
        if (step.type === 'tile')
          throw new ImageFailure({ reason: 'server-refused', message: 'No', hint: 'Ask less.' });
      }
      return { changes: [] };
    },
  } as unknown as typeof engine;
  let usage: object = {};
  const onEnd: RunUpscaleOptions['onEnd'] = (end) => {
    ({ usage } = end);
  };
  await expect(runUpscaleJob(refusing, image, {}, { onEnd })).rejects.toMatchObject({
    code: 'JOB_FAILED',
    facts: { reason: 'server-refused', recovery: 'retry-other' },
  });
  expect(usage).toEqual({ megapixels: 1 });
});
