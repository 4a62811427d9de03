import { defineCapability, meter } from '@byoc/core';
import { z } from 'zod';
import { inputSchema } from './capability/input.ts';
import { outputSchema } from './capability/output.ts';

/**
 * A video in; HLS ladders, MP4 files and thumbnails out.
 *
 * @example
 * gateway.run(transcode, { source: { $part: 'source' }, outputs: [{ kind: 'hls' }, { kind: 'thumbnails' }] })
 */
export const transcode = defineCapability({
  name: 'video/transcode',
  version: '1.0.0',
  description: 'Transcodes a video to HLS ladders, MP4 renditions and thumbnails.',
  input: inputSchema,
  output: outputSchema,
  event: z.strictObject({
    type: z.literal('stage'),
    stage: z.enum(['probe', 'choose', 'encode', 'verify', 'package', 'measure']),
    /** What the stage works on, for example `1080p, 720p`. */
    message: z.string().optional(),
  }),
  meters: {
    pixels: meter({
      unit: 'pixel',
      description: 'Width × height × frames encoded, summed over the renditions. Thumbnails and audio are not counted.',
    }),
  },
});
