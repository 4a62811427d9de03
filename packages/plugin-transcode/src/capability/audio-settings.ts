import { z } from 'zod';

/** How sound is encoded. A source without sound gives none, whatever is asked. */
export const audioSettingsSchema = z.discriminatedUnion('codec', [
  z.strictObject({
    codec: z.literal('aac'),
    /** @default 128000 */
    bitrate: z.int().min(16_000).max(512_000).default(128_000),
    /** @default 2 */
    channels: z.int().min(1).max(2).default(2),
    /** Hertz. @default 48000 */
    sampleRate: z.literal([44_100, 48_000]).default(48_000),
  }),
  z.strictObject({ codec: z.literal('none') }),
]);

export type AudioSettings = z.output<typeof audioSettingsSchema>;
