import { blob } from '@byoc/core';
import { z } from 'zod';

/** As on the web, for example `#ff8800`. */
export const colourSchema = z.string().regex(/^#[0-9a-fA-F]{6}$/);

const positionSchema = z.enum([
  ...(['top-left', 'top', 'top-right', 'left', 'centre'] as const),
  ...(['right', 'bottom-left', 'bottom', 'bottom-right'] as const),
]);

/** Between what is drawn and the edges of the picture, as shares of its height. @default 0.03 */
const margin = z.number().min(0).max(0.5).default(0.03);

/** An image over every rendition, in the same place and of the same share of it. */
export const watermarkSchema = z.strictObject({
  /** PNG, JPEG or WebP; what is transparent stays so. */
  image: blob(),
  /** @default "top-right" */
  position: positionSchema.default('top-right'),
  /** Its width, as a share of the picture's. An image that would be higher than the picture is made to fit. @default 0.15 */
  width: z.number().min(0.01).max(1).default(0.15),
  /** @default 1 */
  opacity: z.number().min(0.01).max(1).default(1),
  marginX: margin,
  marginY: margin,
});

const textStyle = {
  /** @default "bottom-left" */
  position: positionSchema.default('bottom-left'),
  /** Height of the letters, as a share of the picture's. @default 0.05 */
  size: z.number().min(0.01).max(0.5).default(0.05),
  /** @default "#ffffff" */
  colour: colourSchema.default('#ffffff'),
  /** @default 1 */
  opacity: z.number().min(0.01).max(1).default(1),
  /** A surface behind the letters. @default none */
  box: z
    .strictObject({
      /** @default "#000000" */
      colour: colourSchema.default('#000000'),
      /** @default 0.5 */
      opacity: z.number().min(0.01).max(1).default(0.5),
    })
    .optional(),
  /** The kind of letters; which font that is, the worker's system decides. @default "sans" */
  font: z.enum(['sans', 'serif', 'mono']).default('sans'),
  marginX: margin,
  marginY: margin,
};

/** Letters that become part of every rendition. */
export const burnedTextSchema = z.union([
  /** Shown as it is, line by line; nothing in it has a meaning for anybody but the viewer. */
  z.strictObject({ text: z.string().regex(/^(\P{Cc}|\n){1,1000}$/u), ...textStyle }),
  /** A running clock, `00:01:02.345`: of the source, or of what is made of it, which starts at 0. */
  z.strictObject({ clock: z.enum(['source', 'output']), ...textStyle }),
]);

/** Subtitles that become part of every rendition: a track of text of the source, counted from 0, or a file. */
export const burnedSubtitlesSchema = z.union([
  z.strictObject({ track: z.int().min(0).max(63) }),
  /** SRT, WebVTT or ASS, in UTF-8 or UTF-16. Times are those of the source. */
  z.strictObject({ file: blob() }),
]);

export type BurnedText = z.output<typeof burnedTextSchema>;
export type Position = z.output<typeof positionSchema>;
