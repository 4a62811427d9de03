import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputOf } from '@byoc/core';
import type { live } from '@byoc/plugin-transcode';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { runCommand } from '../../support/run-command.ts';
import type { LiveJob } from './live-job.ts';

/** A stream of two small renditions. */
export const small = {
  ladder: [
    { name: 'high', height: 180 },
    { name: 'low', height: 90 },
  ],
  video: { preset: 'ultrafast' },
} satisfies InputOf<typeof live>;

const { ffprobe = 'ffprobe' } = await findFfmpeg();

/** What ffprobe reads in all segments of a stream, one after another. */
export async function packets(folder: string, job: LiveJob, stream: string): Promise<{ pts: number; key: boolean }[]> {
  const parts = [...job.files.keys()].filter((part) => part.startsWith(`${stream}/`)).sort();
  const file = join(folder, `${stream}-all.mp4`);
  await writeFile(file, Buffer.concat(parts.map((part) => job.files.get(part) ?? Buffer.alloc(0))));
  const { stdout } = await runCommand(ffprobe, [
    ...['-v', 'error', '-of', 'json', '-show_entries', 'packet=pts_time,flags', file],
  ]);
  return JSON.parse(stdout).packets.map((packet: Record<string, string>) => ({
    pts: Number(packet['pts_time']),
    key: packet['flags']?.startsWith('K') === true,
  }));
}

/** How many pictures of a stream decode, and what the decoder says of them. */
export async function decodedFrames(
  folder: string,
  job: LiveJob,
  stream: string,
): Promise<{ frames: number; errors: string }> {
  await packets(folder, job, stream);
  const file = join(folder, `${stream}-all.mp4`);
  const args = ['-v', 'error', '-count_frames', '-of', 'csv=p=0', '-show_entries', 'stream=nb_read_frames', file];
  const { stdout, stderr } = await runCommand(ffprobe, args);
  return { frames: Number(stdout.trim()), errors: stderr };
}

/** Numbers of the segments that came out. */
export const sequences = (job: LiveJob) =>
  job.events.flatMap((event) => (event.type === 'segment' ? [event.sequence] : []));
