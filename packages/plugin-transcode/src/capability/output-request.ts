import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/);
/** Seconds a segment, rounded to whole keyframe intervals. @default 4 */
const segmentSeconds = z.number().min(0.5).max(60).default(4);

/** Something to make. Further kinds join as further forms. */
export const outputRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hls'),
    /** Folder of its files. @default "hls" */
    name: name.default('hls'),
    /** Fragmented MP4 (CMAF), or MPEG-TS for old devices: then h264, and aac, mp3, ac3 or eac3. @default "fmp4" */
    container: z.enum(['fmp4', 'ts']).default('fmp4'),
    segmentSeconds,
    /** Playlists of keyframes, one a segment, for fast seeking (fMP4). @default true */
    iFrames: z.boolean().default(true),
    /** Whether the master offers the sound alone, for networks too slow for pictures. @default false */
    soundAlone: z.boolean().default(false),
  }),
  /** An MPD. It names the segments of the HLS output where there is one (of fMP4), else its own. */
  z.strictObject({
    kind: z.literal('dash'),
    /** Folder of its files. @default "dash" */
    name: name.default('dash'),
    /** Without an HLS output; else its `segmentSeconds` count. @default 4 */
    segmentSeconds,
  }),
  z.strictObject({
    kind: z.literal('mp4'),
    /** Folder of its files. @default "mp4" */
    name: name.default('mp4'),
    /** One file for each rendition, or for the largest only. @default "all" */
    renditions: z.enum(['all', 'largest']).default('all'),
  }),
  /** The sound alone: an MP4 file (.m4a) for each track. */
  z.strictObject({
    kind: z.literal('audio'),
    /** Folder of its files. @default "audio" */
    name: name.default('audio'),
  }),
  /** A WebVTT file for each of the subtitles. */
  z.strictObject({
    kind: z.literal('subtitles'),
    /** Folder of its files. @default "subtitles" */
    name: name.default('subtitles'),
  }),
  z.strictObject({
    kind: z.literal('thumbnails'),
    /** Folder of its files. @default "thumbnails" */
    name: name.default('thumbnails'),
    /** Seconds from one picture to the next. @default what gives about 100 pictures, at least 1 */
    everySeconds: z.number().min(0.1).max(3600).optional(),
    /** Moments of what is made, instead of intervals: each shows the picture that is on screen then. */
    atSeconds: z.array(z.number().min(0).max(604_800)).min(1).max(100).optional(),
    /** Pixels. @default 160 */
    width: z.int().min(16).max(1280).default(160),
    /** Of a sheet. @default 10, and with `atSeconds` 1: a file for each */
    columns: z.int().min(1).max(20).optional(),
    /** @default 10, and with `atSeconds` 1 */
    rows: z.int().min(1).max(20).optional(),
  }),
  /** An animated WebP of some short pieces of the pictures, spread over all of them. Without sound. */
  z.strictObject({
    kind: z.literal('preview'),
    /** Folder of its file. @default "preview" */
    name: name.default('preview'),
    /** Of all pieces together. @default 3 */
    durationSeconds: z.number().min(0.2).max(30).default(3),
    /** How many; of a source that does not tell its duration one, from its start. @default 3 */
    pieces: z.int().min(1).max(10).default(3),
    /** @default 10 */
    frameRate: z.number().min(1).max(30).default(10),
    /** Pixels. @default 320 */
    width: z.int().min(16).max(1280).default(320),
    /** 0 to 100. @default 60 */
    quality: z.int().min(0).max(100).default(60),
  }),
]);

export type OutputRequest = z.output<typeof outputRequestSchema>;
export type OutputRequestOf<K extends OutputRequest['kind']> = Extract<OutputRequest, { kind: K }>;
