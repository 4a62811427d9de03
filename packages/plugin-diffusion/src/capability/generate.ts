import { defineCapability, meter } from '@byoc/core';
import { z } from 'zod';
import { inputSchema } from './input.ts';
import { outputSchema } from './output.ts';

/** CEL: what a job that says nothing about it takes at most. */
const steps = '(has(input.steps) ? input.steps : 50)';
const side = (name: string) => `(has(input.${name}) ? input.${name} : 1024)`;
/** CEL: a picture to start from leaves out the steps that it stands for. */
const stepsRun = `(has(input.source) ? max(1, floor(double(${steps}) * double(input.source.strength))) : ${steps})`;

/**
 * Words in, pictures out.
 *
 * @example
 * gateway.run(generate, { prompt: 'a red circle above a blue square', seed: 7 })
 */
export const generate = defineCapability({
  name: 'image/generate',
  version: '1.0.0',
  description: 'Makes pictures from words, or from a picture and words, with a diffusion model.',
  input: inputSchema,
  output: outputSchema,
  event: z.strictObject({
    type: z.literal('step'),
    /** Which picture, from 0. */
    image: z.int(),
    /** Steps done, of `steps`. */
    step: z.int(),
    steps: z.int(),
    /** A small JPEG as a data URI, where previews were asked for. */
    preview: z.string().optional(),
  }),
  meters: {
    megapixel_steps: meter({
      unit: 'megapixel-step',
      description:
        'Width × height × steps really run, summed over the pictures, in millions, rounded up. The size is the one that is diffused.',
      estimate: `(${side('width')} * ${side('height')} * ${stepsRun} * input.count + 999999) / 1000000`,
    }),
    images: meter({ unit: 'image', description: 'Pictures that were made.', estimate: 'input.count' }),
  },
});
