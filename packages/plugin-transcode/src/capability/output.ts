import { outputFile } from '@byoc/core';
import { z } from 'zod';

const count = z.int().min(0);
const milliseconds = z.number().min(0);

/** What is known about the source. */
export const sourceProbeSchema = z.strictObject({
  /** The demuxer's name, for example `mov`. */
  format: z.string(),
  durationMs: milliseconds,
  bytes: count,
  video: z.strictObject({
    codec: z.string(),
    /** As displayed: rotation and pixel shape applied. */
    width: count,
    height: count,
    codedWidth: count,
    codedHeight: count,
    /** Degrees clockwise: 0, 90, 180 or 270. */
    rotation: z.int(),
    frameRate: z.number(),
    pixelFormat: z.string(),
  }),
  audio: z.strictObject({ codec: z.string(), channels: count, sampleRate: count }).optional(),
});

/** A rendition as it was encoded: read back from its files. */
export const renditionResultSchema = z.strictObject({
  name: z.string(),
  width: count,
  height: count,
  /** Pictures in the files. */
  frames: count,
  frameRate: z.number(),
  /** RFC 6381, for example `avc1.640028`. */
  codec: z.string(),
  durationMs: milliseconds,
  /** Pictures only, bits a second. */
  bitrate: count,
  /** Of the densest segment. */
  peakBitrate: count,
  bytes: count,
  /** The media playlist, when HLS was asked for. */
  playlist: outputFile().optional(),
  /** The file, when MP4 was asked for. */
  mp4: outputFile().optional(),
  /** Decibels against the source scaled to this size, over all planes; 100 when nothing differs. */
  psnr: z.number().optional(),
  /** Structural similarity, likewise: 0 to 1. */
  ssim: z.number().optional(),
  /** VMAF with its default model, likewise: 0 to 100. */
  vmaf: z.number().optional(),
});

const outputResultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hls'),
    name: z.string(),
    master: outputFile(),
    /** Master, media playlists and initialization sections. Segments are named in the playlists. */
    files: z.array(outputFile()),
    segments: count,
    segmentSeconds: z.number(),
  }),
  z.strictObject({ kind: z.literal('mp4'), name: z.string(), files: z.array(outputFile()) }),
  z.strictObject({
    kind: z.literal('thumbnails'),
    name: z.string(),
    /** WebVTT with `#xywh` fragments. */
    track: outputFile(),
    /** Sheets, in order. */
    files: z.array(outputFile()),
    pictures: count,
    width: count,
    height: count,
    everySeconds: z.number(),
  }),
]);

/** The output of video/transcode. */
export const outputSchema = z.strictObject({
  source: sourceProbeSchema,
  renditions: z.array(renditionResultSchema),
  audio: z
    .strictObject({
      codec: z.string(),
      channels: count,
      sampleRate: count,
      durationMs: milliseconds,
      bitrate: count,
      playlist: outputFile().optional(),
    })
    .optional(),
  outputs: z.array(outputResultSchema),
  ffmpeg: z.strictObject({
    version: z.string(),
    /** How it was found. */
    origin: z.enum(['option', 'environment', 'path', 'npm']),
  }),
  /** Decimal strings. */
  usage: z.strictObject({ pixels: z.string() }),
  /** What was asked for and not done, in words. */
  warnings: z.array(z.string()),
});

export type TranscodeOutput = z.output<typeof outputSchema>;
export type SourceProbe = z.output<typeof sourceProbeSchema>;
export type RenditionResult = z.output<typeof renditionResultSchema>;
export type OutputResult = z.output<typeof outputResultSchema>;
