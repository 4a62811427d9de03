import { blob } from '@byoc/core';
import { z } from 'zod';
import { audioSettingsSchema } from './audio-settings.ts';
import { outputRequestSchema } from './output-request.ts';
import { type PerTitleSettings, perTitleSettingsSchema } from './per-title-settings.ts';
import { pictureSettingsSchema } from './picture-settings.ts';
import { subtitleSettingsSchema } from './subtitle-settings.ts';
import { renditionSchema, videoSettingsSchema } from './video-settings.ts';

/** The input of video/transcode. */
export const inputSchema = z.strictObject({
  source: blob(),
  /** @default an HLS ladder */
  outputs: z
    .array(outputRequestSchema)
    .min(1)
    .max(16)
    .prefault([{ kind: 'hls' }]),
  /**
   * The sizes to make. `auto`: 1080p, 720p, 480p and 360p, none larger than the source; `none`: no pictures, the sound alone;
   * `per-title`: bitrates chosen for the source. @default "auto"
   */
  ladder: z
    .union([z.enum(['auto', 'none', 'per-title']), z.array(renditionSchema).min(1).max(12), perTitleSettingsSchema])
    .default('auto'),
  video: videoSettingsSchema.prefault({ codec: 'h264' }),
  audio: audioSettingsSchema.prefault({ codec: 'aac' }),
  picture: pictureSettingsSchema.prefault({}),
  subtitles: subtitleSettingsSchema.prefault({}),
  /** A piece of the source. @default all of it */
  clip: z
    .strictObject({
      startSeconds: z.number().min(0).max(604_800).default(0),
      durationSeconds: z.number().positive().max(604_800).optional(),
    })
    .optional(),
  /** What to measure against the source. Each measure decodes everything once more. */
  quality: z
    .strictObject({
      psnr: z.boolean().default(false),
      ssim: z.boolean().default(false),
      /** Only where ffmpeg has libvmaf; a warning says so where it has not. */
      vmaf: z.boolean().default(false),
    })
    .prefault({}),
});

/** The settings of a per-title ladder; undefined for others. */
export function perTitleOf({ ladder }: Pick<TranscodeInput, 'ladder'>): PerTitleSettings | undefined {
  if (ladder === 'per-title') return perTitleSettingsSchema.parse({ kind: 'per-title' });
  return typeof ladder === 'object' && 'kind' in ladder ? ladder : undefined;
}

export type TranscodeInput = z.output<typeof inputSchema>;
