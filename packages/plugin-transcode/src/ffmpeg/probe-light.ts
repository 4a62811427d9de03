import type { VideoStream } from '../media/media-probe.ts';
import { parseFrameLight } from '../media/parse-ffprobe.ts';
import type { LightData } from '../media/parse-side-data.ts';
import { sourceArguments } from '../plan/source-arguments.ts';
import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { type RunProgramOptions, runProgram } from './run-program.ts';

/** Reads from the first picture how bright a source is, where only its bitstream tells. Empty when nothing tells. */
export async function probeLight(
  found: FoundFfmpeg,
  path: string,
  video: VideoStream,
  options: Pick<RunProgramOptions, 'signal'>,
): Promise<LightData> {
  if (found.ffprobe === undefined) return {};
  const args = ['-v', 'error', '-select_streams', String(video.index), '-read_intervals', '%+#1', '-show_frames'];
  const ran = { ...options, launcher: found.launcher };
  const ended = await runProgram(found.ffprobe, [...args, '-of', 'json', ...sourceArguments(path)], ran);
  return ended.exitCode === 0 ? parseFrameLight(ended.stdout) : {};
}
