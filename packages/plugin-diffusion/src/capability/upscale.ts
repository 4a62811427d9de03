import { defineCapability, meter } from '@byoc/core';
import { z } from 'zod';
import { upscaleInputSchema } from './upscale-input.ts';
import { upscaleOutputSchema } from './upscale-output.ts';

/** Pixels that a picture is made of at most, where the size of what it is made from was not told. */
export const MOST_PIXELS_UNTOLD = 8192 * 8192;
/** How many times wider and higher a picture gets at most, where the job does not say it. */
export const MOST_SCALE_UNTOLD = 4;

/** CEL: a side of the picture that comes out. */
const side = (name: string) =>
  `int(floor(double(input.imageSize.${name}) * ${`(has(input.scale) ? double(input.scale) : ${MOST_SCALE_UNTOLD}.0)`} + 0.5))`;

/**
 * A picture in, a larger one out.
 *
 * @example
 * gateway.run(upscale, { image: { $part: 'image' }, scale: 2 }, { parts: { image: await openAsBlob('small.png') } })
 */
export const upscale = defineCapability({
  name: 'image/upscale',
  version: '1.0.0',
  description: 'Enlarges a picture with a super-resolution model.',
  input: upscaleInputSchema,
  output: upscaleOutputSchema,
  event: z.strictObject({
    type: z.literal('tile'),
    /** Tiles done, of `tiles`. */
    tile: z.int(),
    tiles: z.int(),
  }),
  meters: {
    megapixels: meter({
      unit: 'megapixel',
      description:
        'Width × height of the picture that comes out, at most of what the model made, in millions, rounded up.',
      estimate: `((has(input.imageSize) ? ${side('width')} * ${side('height')} : ${MOST_PIXELS_UNTOLD}) + 999999) / 1000000`,
    }),
    images: meter({ unit: 'image', description: 'Pictures that were made.', estimate: '1' }),
  },
});
