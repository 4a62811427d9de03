import { join } from 'node:path';
import type { InputOf } from '@byoc/core';
import type { transcode } from '@byoc/plugin-transcode';
import { createTranscodePlugin } from '@byoc/plugin-transcode/plugin';
import { expect } from 'vitest';
import { type RanJob, runJob } from './run-job.ts';

// One for all of a file: encoders are tested once.
const plugin = createTranscodePlugin();

/** A picture of one colour, as a source of ffmpeg. */
export const plain = (colour: string, size: string, seconds = 1) => [
  ...['-f', 'lavfi', '-i', `color=${colour}:size=${size}:rate=10:duration=${seconds},format=rgb24`],
];

/** Runs a job whose first rendition is an MP4 of the source's size and nearly without loss, and says where that is. */
export async function renderPicture(
  folder: string,
  source: string,
  input: Omit<InputOf<typeof transcode>, 'source'>,
  files: Record<string, string> = {},
): Promise<RanJob & { readonly file: string }> {
  const video = { codec: 'h264' as const, preset: 'ultrafast' as const, rateControl: { mode: 'crf' as const, crf: 4 } };
  const request = { outputs: [{ kind: 'mp4' as const }], ladder: [{ name: 'whole', width: 8192 }], video, ...input };
  const job = await runJob(folder, source, request, { plugin, files });
  return { ...job, file: join(job.out, job.output.renditions[0]?.mp4?.$part ?? '') };
}

/** Holds stored values to what is expected, in each of Y, U and V. */
export function expectNear(
  found: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  within = 3,
): void {
  const off = found.map((one, n) =>
    Math.max(...one.map((value, plane) => Math.abs(value - (expected[n]?.[plane] ?? 0)))),
  );
  expect({ found, near: Math.max(...off) <= within }).toEqual({ found, near: true });
}

/** Colours by BT.601, which sizes below television have. */
export const BT601 = {
  red: [81, 90, 240],
  black: [16, 128, 128],
  white: [235, 128, 128],
  blue: [41, 240, 110],
  green: [145, 54, 34],
} as const;
