import { z } from 'zod';
import { renditionSchema } from './video-settings.ts';

/** A ladder whose bitrates are chosen by trying them on some seconds of the source. */
export const perTitleSettingsSchema = z.strictObject({
  kind: z.literal('per-title'),
  /** The sizes to choose for; those that add nothing are left out. `videoBitrate` is the most that may be chosen. @default those of `auto` */
  renditions: z.array(renditionSchema).min(1).max(12).optional(),
  /** What a rendition shall be worth, where this ffmpeg has libvmaf. @default 93 */
  vmaf: z.number().min(30).max(99).default(93),
  /** The same where it has not. @default 0.97 */
  ssim: z.number().min(0.5).max(0.999).default(0.97),
});

export type PerTitleSettings = z.output<typeof perTitleSettingsSchema>;
