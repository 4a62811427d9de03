import { execFileSync } from 'node:child_process';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { runCommand } from '../../support/run-command.ts';

/** Asks ffprobe about a file: `entries` as in `-show_entries`. */
export async function probeFile(
  file: string,
  ...args: string[]
): Promise<{ streams: Record<string, unknown>[]; packets: Record<string, string>[] }> {
  const { ffprobe } = await findFfmpeg();
  const result = await runCommand(ffprobe ?? 'ffprobe', ['-v', 'error', '-of', 'json', ...args, file]);
  return JSON.parse(result.stdout);
}

/** Times of the pictures of a file, in seconds, in the order of display, and of its keyframes. */
export async function pictureTimes(file: string): Promise<{ all: number[]; keys: number[] }> {
  const { packets } = await probeFile(file, '-select_streams', 'v:0', '-show_entries', 'packet=pts_time,flags');
  const times = (list: Record<string, string>[]) => list.map(({ pts_time }) => Number(pts_time)).sort((a, b) => a - b);
  return { all: times(packets), keys: times(packets.filter(({ flags }) => flags?.startsWith('K'))) };
}

/** The stored values (Y, U, V of 8 bits) of one picture at each of some places, given in pixels. */
export async function storedValues(
  file: string,
  places: readonly (readonly [number, number])[],
  picture = 0,
): Promise<number[][]> {
  const { ffmpeg } = await findFfmpeg();
  const { streams } = await probeFile(file, '-select_streams', 'v:0', '-show_entries', 'stream=width,height');
  const { width, height } = streams[0] as { width: number; height: number };
  const select = `select=eq(n\\,${picture}),format=yuv444p`;
  const args = ['-v', 'error', '-nostdin', '-i', file, '-vf', select, '-frames:v', '1', '-f', 'rawvideo', '-'];
  const data = execFileSync(ffmpeg.path, args, { maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] });
  const plane = width * height;
  return places.map(([x, y]) => [0, 1, 2].map((at) => data[at * plane + y * width + x] as number));
}

/** When the picture first turns white, and when the sound first gets loud, in seconds. */
export async function flashAndBeep(file: string): Promise<{ flash: number; beep: number }> {
  const { ffmpeg } = await findFfmpeg();
  const flash = await runCommand(ffmpeg.path, [
    ...[
      '-nostdin',
      '-copyts',
      '-i',
      file,
      '-map',
      '0:v:0',
      '-vf',
      'signalstats,metadata=print:key=lavfi.signalstats.YAVG',
    ],
    ...['-f', 'null', '-'],
  ]);
  const bright = [...flash.stderr.matchAll(/pts_time:(\S+)[^\n]*\n[^\n]*YAVG=(\S+)/g)].find(
    (one) => Number(one[2]) > 120,
  );
  const beep = await runCommand(ffmpeg.path, [
    ...[
      '-nostdin',
      '-copyts',
      '-i',
      file,
      '-map',
      '0:a:0',
      '-af',
      'silencedetect=noise=-30dB:duration=0.05',
      '-f',
      'null',
      '-',
    ],
  ]);
  return { flash: Number(bright?.[1]), beep: Number(/silence_end: (\S+)/.exec(beep.stderr)?.[1]) };
}
