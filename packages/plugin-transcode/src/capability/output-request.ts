import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/);

/** Something to make. Further kinds join as further forms. */
export const outputRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hls'),
    /** Folder of its files. @default "hls" */
    name: name.default('hls'),
    /** @default "fmp4" */
    container: z.enum(['fmp4']).default('fmp4'),
    /** Seconds a segment, rounded to whole keyframe intervals. @default 4 */
    segmentSeconds: z.number().min(0.5).max(60).default(4),
  }),
  z.strictObject({
    kind: z.literal('mp4'),
    /** Folder of its files. @default "mp4" */
    name: name.default('mp4'),
    /** One file for each rendition, or for the largest only. @default "all" */
    renditions: z.enum(['all', 'largest']).default('all'),
  }),
  z.strictObject({
    kind: z.literal('thumbnails'),
    /** Folder of its files. @default "thumbnails" */
    name: name.default('thumbnails'),
    /** Seconds from one picture to the next. @default what gives about 100 pictures, at least 1 */
    everySeconds: z.number().min(0.1).max(3600).optional(),
    /** Pixels. @default 160 */
    width: z.int().min(16).max(1280).default(160),
    /** @default 10 */
    columns: z.int().min(1).max(20).default(10),
    /** @default 10 */
    rows: z.int().min(1).max(20).default(10),
  }),
]);

export type OutputRequest = z.output<typeof outputRequestSchema>;
export type OutputRequestOf<K extends OutputRequest['kind']> = Extract<OutputRequest, { kind: K }>;
