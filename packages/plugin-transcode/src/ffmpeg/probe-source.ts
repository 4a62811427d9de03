import type { MediaProbe } from '../media/media-probe.ts';
import { parseFfmpegBanner } from '../media/parse-ffmpeg-banner.ts';
import { parseFfprobe } from '../media/parse-ffprobe.ts';
import { sourceArguments } from '../plan/source-arguments.ts';
import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { mapFailure } from './map-failure.ts';
import { runProgram } from './run-program.ts';

/** Reads what a source holds, with ffprobe where there is one. @throws TranscodeFailure when it can't be read */
export async function probeSource(
  found: FoundFfmpeg,
  path: string,
  options: { signal: AbortSignal },
): Promise<MediaProbe> {
  const { signal } = options;
  const { launcher } = found;
  const source = sourceArguments(path);
  if (found.ffprobe !== undefined) {
    const args = ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', ...source];
    const result = await runProgram(found.ffprobe, args, { signal, launcher });
    if (result.exitCode !== 0) throw mapFailure(result.stderr, result);
    return parseFfprobe(result.stdout);
  }
  // Without an output ffmpeg ends with an error, after it has told about the input.
  const result = await runProgram(found.ffmpeg.path, ['-hide_banner', '-nostdin', ...source], { signal, launcher });
  const probe = parseFfmpegBanner(result.stderr);
  if (probe === undefined) throw mapFailure(result.stderr, result);
  return probe;
}
