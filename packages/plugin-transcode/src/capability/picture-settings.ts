import { z } from 'zod';

/** What is done to pictures between decoding and encoding, the same for every rendition. */
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
});

export type PictureSettings = z.output<typeof pictureSettingsSchema>;
