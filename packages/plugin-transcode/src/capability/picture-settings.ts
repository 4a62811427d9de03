import { z } from 'zod';
import { burnedSubtitlesSchema, burnedTextSchema, colourSchema, watermarkSchema } from './overlay-settings.ts';

const pixels = z.int().min(0).max(16_384).default(0);

/**
 * What is done to pictures between decoding and encoding, the same for every rendition. In this order: transparency laid over `background`,
 * deinterlaced, timed, cropped, padded, scaled; then drawn over: watermark, subtitles, texts.
 */
export const pictureSettingsSchema = z.strictObject({
  /**
   * `constant` gives every picture the same length, at the source's rate or the standard one next to it; `source` keeps every picture's own
   * time, so that a variable rate stays variable. @default "constant"
   */
  frameTiming: z.enum(['constant', 'source']).default('constant'),
  /** What is done about interlaced pictures. */
  deinterlace: z
    .strictObject({
      /** `auto` believes the source where it can, and looks at some seconds of it where it may lie. @default "auto" */
      when: z.enum(['auto', 'always', 'never']).default('auto'),
      /** One picture a frame, or one a field: then the rate doubles. @default "frame" */
      pictureFor: z.enum(['frame', 'field']).default('frame'),
    })
    .prefault({}),
  /**
   * `auto` keeps HDR10 and HLG in renditions of 10 bits, and maps them to BT.709 in those of 8; `sdr` always maps. @default "auto"
   */
  dynamicRange: z.enum(['auto', 'sdr']).default('auto'),
  /** What is seen through pictures with alpha. @default "#000000" */
  background: colourSchema.default('#000000'),
  /** Pixels to cut off at each side, as they are displayed; rounded up to even ones. @default none */
  crop: z.strictObject({ left: pixels, right: pixels, top: pixels, bottom: pixels }).optional(),
  /** A canvas of another shape, just large enough for the picture, which stands in its middle. @default none */
  pad: z
    .strictObject({
      /** Width to height, for example `16:9`. */
      aspect: z.string().regex(/^[1-9]\d{0,3}:[1-9]\d{0,3}$/),
      /** @default "#000000" */
      colour: colourSchema.default('#000000'),
    })
    .optional(),
  /** An image over the pictures. @default none */
  watermark: watermarkSchema.optional(),
  /** Letters over the pictures. @default none */
  texts: z.array(burnedTextSchema).max(8).default([]),
  /** Subtitles over the pictures, for players that have none. @default none */
  burnedSubtitles: burnedSubtitlesSchema.optional(),
});

export type PictureSettings = z.output<typeof pictureSettingsSchema>;
