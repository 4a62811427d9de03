import { z } from 'zod';

/** Bits a second; the same unit everywhere in this capability. */
const bitrate = z.int().min(8_000).max(200_000_000);

/** How bits are spent. */
export const rateControlSchema = z.discriminatedUnion('mode', [
  /** Even quality; with `maxBitrate`, never above it for longer than two seconds. */
  z.strictObject({
    mode: z.literal('crf'),
    /** Less is better: to 51 for h264 and hevc, to 63 for av1 and vp9. @default 23 for h264, 26 for hevc, 35 for av1, 33 for vp9 */
    crf: z.number().min(0).max(63).optional(),
    maxBitrate: bitrate.optional(),
  }),
  /** An average, with room for hard scenes. @default maxBitrate 1.5 × bitrate */
  z.strictObject({ mode: z.literal('vbr'), bitrate, maxBitrate: bitrate.optional() }),
  /** A constant rate. */
  z.strictObject({ mode: z.literal('cbr'), bitrate }),
]);

/** What every codec takes. */
const common = {
  /** Speed against size, in x264's words; other encoders get what comes nearest. @default "veryfast" */
  preset: z
    .enum(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower', 'veryslow'])
    .default('veryfast'),
  /** For every rendition that sets none. @default the codec's crf, capped at the rendition's bitrate */
  rateControl: rateControlSchema.optional(),
  /**
   * Whether a card encodes: `auto` where one works here, and the processor where none does or where it fails; `require` or not at all;
   * `never`. @default "auto"
   */
  hardware: z.enum(['auto', 'require', 'never']).default('auto'),
  /** Seconds from one keyframe to the next, the same in every rendition. @default 2 */
  keyframeSeconds: z.number().min(0.1).max(30).default(2),
  /** Frames a second at most. @default the source's */
  maxFrameRate: z.number().min(1).max(240).optional(),
};

/** Bits of a sample. @default 8 */
const bitDepth = z.literal([8, 10]).optional();

/** How pictures are encoded. Further codecs join as further forms. */
export const videoSettingsSchema = z.discriminatedUnion('codec', [
  z.strictObject({
    codec: z.literal('h264'),
    ...common,
    /** @default "high" */
    profile: z.enum(['baseline', 'main', 'high']).default('high'),
  }),
  /** Tagged `hvc1`. */
  z.strictObject({ codec: z.literal('hevc'), ...common, bitDepth }),
  z.strictObject({ codec: z.literal('av1'), ...common, bitDepth }),
  z.strictObject({ codec: z.literal('vp9'), ...common, bitDepth }),
]);

/** One size of the ladder. Give a height, a width or both; what is missing follows the display aspect. */
export const renditionSchema = z.strictObject({
  /** A folder name. @default the height, for example "720p" */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/)
    .optional(),
  width: z.int().min(16).max(8192).optional(),
  height: z.int().min(16).max(8192).optional(),
  /** The cap, in bits a second. @default by pixels a second */
  videoBitrate: bitrate.optional(),
  /** @default the job's */
  rateControl: rateControlSchema.optional(),
});

export type RateControl = z.output<typeof rateControlSchema>;
export type VideoSettings = z.output<typeof videoSettingsSchema>;
export type VideoCodec = VideoSettings['codec'];
export type Preset = VideoSettings['preset'];
export type BitDepth = 8 | 10;
export type RenditionRequest = z.output<typeof renditionSchema>;
