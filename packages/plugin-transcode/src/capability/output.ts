import { outputFile } from '@byoc/core';
import { z } from 'zod';
import { perTitleResultSchema } from './per-title-result.ts';

const count = z.int().min(0);
const milliseconds = z.number().min(0);

/** What is known about the source. */
export const sourceProbeSchema = z.strictObject({
  /** The demuxer's name, for example `mov`. */
  format: z.string(),
  durationMs: milliseconds,
  bytes: count,
  /** Absent when it has no moving pictures. */
  video: z
    .strictObject({
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
    })
    .optional(),
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
  /** What encoded it, as ffmpeg calls it. */
  encoder: z.string(),
  durationMs: milliseconds,
  /** Pictures only, bits a second. */
  bitrate: count,
  /** Of the densest segment. */
  peakBitrate: count,
  bytes: count,
  /** The media playlist, when HLS or DASH was asked for. */
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

const loudnessSchema = z.strictObject({
  /** LUFS. */
  integrated: z.number(),
  /** dBTP. */
  truePeak: z.number(),
  /** LU. */
  range: z.number(),
});

/** A sound track as it was written: read back from its files. */
export const soundResultSchema = z.strictObject({
  /** RFC 6381, for example `mp4a.40.2`. */
  codec: z.string(),
  channels: count,
  sampleRate: count,
  durationMs: milliseconds,
  /** Bits a second. */
  bitrate: count,
  /** What players show. */
  label: z.string(),
  /** BCP 47, where it is known. */
  language: z.string().optional(),
  /** When it was normalized: measured in the source, and in what was encoded. */
  loudness: z.strictObject({ source: loudnessSchema, result: loudnessSchema }).optional(),
  /** The media playlist, when HLS or DASH was asked for. */
  playlist: outputFile().optional(),
  /** The file, when an `audio` output was asked for. */
  file: outputFile().optional(),
});

/** Subtitles as they were written. */
export const subtitleResultSchema = z.strictObject({
  /** What players show. */
  label: z.string(),
  /** BCP 47, where it is known. */
  language: z.string().optional(),
  forced: z.boolean(),
  default: z.boolean(),
  /** Texts with times. */
  cues: count,
  /** The media playlist, when HLS was asked for. */
  playlist: outputFile().optional(),
  /** The file, when a `subtitles` output was asked for. */
  file: outputFile().optional(),
});

const outputResultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hls'),
    name: z.string(),
    container: z.enum(['fmp4', 'ts']),
    master: outputFile(),
    /** Master, media playlists and initialization sections. Segments are named in the playlists. */
    files: z.array(outputFile()),
    segments: count,
    segmentSeconds: z.number(),
  }),
  z.strictObject({
    kind: z.literal('dash'),
    name: z.string(),
    manifest: outputFile(),
    /** The manifest and the initialization sections. Segments follow from the manifest. */
    files: z.array(outputFile()),
    segments: count,
  }),
  z.strictObject({ kind: z.literal('audio'), name: z.string(), files: z.array(outputFile()) }),
  z.strictObject({ kind: z.literal('subtitles'), name: z.string(), files: z.array(outputFile()) }),
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
    /** Of those at intervals. */
    everySeconds: z.number().optional(),
    /** Of those at moments: when each is shown in what was made. */
    atSeconds: z.array(z.number()).optional(),
  }),
  z.strictObject({
    kind: z.literal('preview'),
    name: z.string(),
    file: outputFile(),
    width: count,
    height: count,
    /** Read back from the file. */
    pictures: count,
    durationMs: milliseconds,
  }),
]);

/** The output of video/transcode. */
export const outputSchema = z.strictObject({
  source: sourceProbeSchema,
  renditions: z.array(renditionResultSchema),
  /** The first of `sounds`. */
  audio: soundResultSchema.optional(),
  /** The sound tracks, the default one first. */
  sounds: z.array(soundResultSchema),
  /** Those that are text. */
  subtitles: z.array(subtitleResultSchema),
  outputs: z.array(outputResultSchema),
  /** Whether a card encoded. */
  hardware: z
    .strictObject({
      /** The encoders that ran on a card, without repetition. */
      used: z.array(z.string()),
      /** Where pictures were on their way from decoder to encoder. */
      frames: z.enum(['memory', 'card']),
      reason: z.string(),
    })
    .optional(),
  /** How the ladder was chosen, when it was asked to be `per-title`. */
  perTitle: perTitleResultSchema.optional(),
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
export type SoundResult = z.output<typeof soundResultSchema>;
export type SubtitleResult = z.output<typeof subtitleResultSchema>;
export type OutputResult = z.output<typeof outputResultSchema>;
