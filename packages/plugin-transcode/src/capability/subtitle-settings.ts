import { blob } from '@byoc/core';
import { z } from 'zod';
import { labelSchema, languageSchema } from './audio-settings.ts';

/** What is told about subtitles, whichever way they come. */
const told = {
  /** @default the source's */
  language: languageSchema.optional(),
  /** @default the source's, then the language, then a number */
  name: labelSchema.optional(),
  /** For what every viewer must read, such as foreign speech: players show it unasked. @default the source's */
  forced: z.boolean().optional(),
  /** Shown until the viewer chooses something else; one at most. @default false */
  default: z.boolean().default(false),
};

/** Subtitles, carried as WebVTT. Those that are pictures (PGS, DVB, DVD) are left out, and a warning says so. */
export const subtitleSettingsSchema = z.strictObject({
  /** Of the source: all that are text, none, or some by their number among its subtitle tracks, from 0. @default "all" */
  tracks: z
    .union([z.enum(['all', 'none']), z.array(z.strictObject({ track: z.int().min(0).max(63), ...told })).max(32)])
    .default('all'),
  /** Further ones, each in a file of its own: SRT, WebVTT or ASS, in UTF-8 or UTF-16. Times are those of the source. */
  files: z
    .array(z.strictObject({ file: blob(), ...told }))
    .max(16)
    .default([]),
});

export type SubtitleSettings = z.output<typeof subtitleSettingsSchema>;
export type SubtitleFacts = Pick<SubtitleSettings['files'][number], 'language' | 'name' | 'forced' | 'default'>;
