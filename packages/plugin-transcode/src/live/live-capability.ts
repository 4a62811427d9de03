import { defineCapability, meter } from '@byoc/core';
import { z } from 'zod';
import { rateControlSchema, renditionSchema } from '../capability/video-settings.ts';

const sequence = z.int().min(0);
const count = z.int().min(0);
const bitrate = z.int().min(8_000).max(200_000_000);

const inputSchema = z.strictObject({
  /** The sizes to make; `auto` as for video/transcode. They keep their names for the whole stream. @default "auto" */
  ladder: z.union([z.enum(['auto']), z.array(renditionSchema).min(1).max(12)]).default('auto'),
  video: z
    .strictObject({
      codec: z.literal('h264').default('h264'),
      /** Speed against size. @default "veryfast" */
      preset: z.enum(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium']).default('veryfast'),
      /** @default "high" */
      profile: z.enum(['baseline', 'main', 'high']).default('high'),
      /** For every rendition that sets none. @default crf 23, capped at the rendition's bitrate */
      rateControl: rateControlSchema.optional(),
      /** Frames a second at most. @default the source's */
      maxFrameRate: z.number().min(1).max(240).optional(),
    })
    .prefault({}),
  /** Sound is passed on as it is, in a rendition of its own, or left out. @default "copy" */
  audio: z.enum(['copy', 'none']).default('copy'),
  /** Segments in the moving playlists. @default 6 */
  playlistSegments: z.int().min(3).max(1000).default(6),
  /** How many later segments must be there before one that is not counts as missing. @default 1 */
  waitSegments: z.int().min(0).max(8).default(1),
  /** The playlists' target duration. @default the first segment's, rounded up */
  targetSeconds: z.int().min(1).max(20).optional(),
  /** The stream ends here, and a quote is for so much. @default 14400 */
  maxSeconds: z.number().min(1).max(86_400).default(14_400),
});

const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('started'),
    master: z.string(),
    source: z.strictObject({ codec: z.string(), width: count, height: count, frameRate: z.number() }),
    renditions: z.array(z.strictObject({ name: z.string(), width: count, height: count, playlist: z.string() })),
    audio: z.strictObject({ codec: z.string(), playlist: z.string() }).optional(),
  }),
  /** A segment is out, in every rendition; its bytes came before this as parts. */
  z.strictObject({
    type: z.literal('segment'),
    sequence,
    /** In the playlists. */
    mediaSequence: sequence,
    startMs: z.number(),
    durationMs: z.number(),
    /** Of one rendition: the fewest. */
    frames: count,
    bytes: count,
    /** From the last byte in to the last byte out. */
    latencyMs: z.number(),
    /** Of it: until its turn came. */
    waitMs: z.number(),
    /** Of it: in ffmpeg. */
    encodeMs: z.number(),
  }),
  /** A playlist as it is now, to be written over the one before. */
  z.strictObject({ type: z.literal('playlist'), file: z.string(), text: z.string() }),
  z.strictObject({ type: z.literal('missing'), from: sequence, to: sequence }),
  z.strictObject({ type: z.literal('late'), sequence }),
  z.strictObject({ type: z.literal('repeated'), sequence }),
  z.strictObject({ type: z.literal('reordered'), sequence }),
  /** It can't be used; the playlists have a gap there. */
  z.strictObject({ type: z.literal('broken'), sequence, reason: z.string() }),
  /** It can be used, but not all of it: packets that did not come, pictures that did not come out, complaints of the decoder. */
  z.strictObject({ type: z.literal('damaged'), sequence, lostPackets: count, lostFrames: count, decodeErrors: count }),
  /** The source's clock or picture does not go on from the segment before. */
  z.strictObject({
    type: z.literal('discontinuity'),
    sequence,
    reason: z.enum(['declared', 'clock-jumped', 'source-changed']),
  }),
  z.strictObject({
    type: z.literal('encoder-restarted'),
    sequence,
    reason: z.enum(['failed', 'source-changed', 'update']),
    message: z.string(),
  }),
  z.strictObject({ type: z.literal('updated'), renditions: z.array(z.string()) }),
  z.strictObject({ type: z.literal('update-refused'), message: z.string() }),
  z.strictObject({ type: z.literal('part-ignored'), part: z.string(), reason: z.string() }),
]);

/** Changes renditions of a running stream, from the next segment on. */
const updateSchema = z.strictObject({
  renditions: z
    .array(
      z.strictObject({
        name: z.string(),
        width: z.int().min(16).max(8192).optional(),
        height: z.int().min(16).max(8192).optional(),
        videoBitrate: bitrate.optional(),
        rateControl: rateControlSchema.optional(),
      }),
    )
    .min(1)
    .max(12),
});

const outputSchema = z.strictObject({
  segments: count,
  /** Segments that were missing or broken. */
  gaps: count,
  durationMs: z.number(),
  encoderRestarts: count,
  renditions: z.array(
    z.strictObject({ name: z.string(), width: count, height: count, codec: z.string(), frames: count, bytes: count }),
  ),
  audio: z.strictObject({ codec: z.string(), bytes: count }).optional(),
  usage: z.strictObject({ pixels: z.string() }),
  ffmpeg: z.strictObject({ version: z.string(), origin: z.enum(['option', 'environment', 'path', 'npm']) }),
});

/**
 * A live stream: segments in as parts named by `livePartName`, renditions of each out as parts, and moving HLS playlists in events.
 *
 * @example
 * const job = gateway.run(live, { ladder: [{ height: 720 }, { height: 360 }] }, { keepOpen: true, deadlineMs: 3_600_000 })
 * await job.send(livePartName(0), bytes)
 */
export const live = defineCapability({
  name: 'video/live',
  version: '1.0.0',
  description: 'Transcodes a live stream, segment by segment, to a moving HLS ladder.',
  input: inputSchema,
  output: outputSchema,
  event: eventSchema,
  update: updateSchema,
  meters: {
    pixels: meter({
      unit: 'pixel',
      description: 'Width × height × frames encoded and handed out, summed over the renditions. Sound is not counted.',
    }),
  },
});

export type LiveInput = z.output<typeof inputSchema>;
export type LiveEvent = z.output<typeof eventSchema>;
export type LiveUpdate = z.output<typeof updateSchema>;
export type LiveOutput = z.output<typeof outputSchema>;
