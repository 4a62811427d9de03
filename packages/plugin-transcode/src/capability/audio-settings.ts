import { z } from 'zod';

const bitrate = z.int().min(16_000).max(1_024_000).optional();
const channels = z.literal([1, 2, 6]).default(2);

/** BCP 47, for example `de` or `pt-BR`. */
export const languageSchema = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/);
/** What players show. */
export const labelSchema = z.string().regex(/^[^"\p{Cc}]{1,64}$/u);

/** Which tracks of a kind: the first, all, or some by their number among those of the kind, from 0. */
const tracks = z
  .union([
    z.enum(['first', 'all']),
    z
      .array(
        z.strictObject({
          track: z.int().min(0).max(63),
          /** @default the source's */
          language: languageSchema.optional(),
          /** @default the source's, then the language, then a number */
          name: labelSchema.optional(),
        }),
      )
      .min(1)
      .max(16),
  ])
  .default('first');

/** Loudness by EBU R 128, in two passes: each track is measured, then brought to the target. The result has the numbers. */
const loudness = z
  .strictObject({
    /** LUFS. @default -23, as broadcasters do; streaming uses -16 to -14 */
    integrated: z.number().min(-70).max(-5).default(-23),
    /** dBTP at most. @default -1 */
    truePeak: z.number().min(-9).max(0).default(-1),
    /** Loudness range, LU. A source with more of it is compressed; one with less is only made louder or softer. @default 20 */
    range: z.number().min(1).max(50).default(20),
  })
  .optional();

/** How sound is encoded. A source without sound gives none, whatever is asked. */
export const audioSettingsSchema = z.discriminatedUnion('codec', [
  z.strictObject({
    codec: z.literal('aac'),
    /** Bits a second. @default 128000, and 384000 for 5.1 */
    bitrate,
    /** At most: a source with fewer keeps its own. 6 is 5.1. @default 2 */
    channels,
    /** Hertz. @default 48000 */
    sampleRate: z.literal([44_100, 48_000]).default(48_000),
    tracks,
    loudness,
  }),
  z.strictObject({
    codec: z.literal('opus'),
    /** Bits a second, up to 256000 a channel. @default 96000, and 256000 for 5.1 */
    bitrate,
    /** As for aac. @default 2 */
    channels,
    tracks,
    loudness,
  }),
  /** As it is in the source: aac, opus, mp3, flac, ac3 or eac3. */
  z.strictObject({ codec: z.literal('copy'), tracks }),
  z.strictObject({ codec: z.literal('none') }),
]);

export type AudioSettings = z.output<typeof audioSettingsSchema>;
export type LoudnessTarget = NonNullable<z.output<typeof loudness>>;
export type EncodedAudioSettings = Exclude<AudioSettings, { codec: 'none' }>;
