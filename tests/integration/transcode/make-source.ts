import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { runCommand } from '../../support/run-command.ts';

/** Makes a file with ffmpeg; `args` without the program and its common options. */
export async function makeSource(file: string, args: readonly string[]): Promise<string> {
  const { ffmpeg } = await findFfmpeg();
  const made = await runCommand(ffmpeg.path, ['-v', 'error', '-nostdin', '-y', ...args, file]);
  if (made.exitCode !== 0) throw new Error(`no source: ${made.stderr}`);
  return file;
}

/** A moving test picture. */
export const picture = (size: string, rate: number, seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`,
];

/** A tone. */
export const tone = (seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `sine=frequency=440:sample_rate=48000:duration=${seconds}`,
];

/** Quick h264 and aac. */
export const quick = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '18', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
