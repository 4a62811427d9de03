import { checkPicture, type TranscodeLimits } from '../job/limits.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import { parseFfmpegBanner } from '../media/parse-ffmpeg-banner.ts';
import { parseFfprobe } from '../media/parse-ffprobe.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { sourceArguments } from '../plan/source-arguments.ts';
import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { mapFailure } from './map-failure.ts';
import { type ProgramResult, runProgram } from './run-program.ts';

export interface ProbeSourceOptions {
  readonly signal: AbortSignal;
  /** What may be read. @default none */
  readonly limits?: Pick<TranscodeLimits, 'maxSourcePixels' | 'maxStillSeconds'> | undefined;
}

/** Reads what a source holds, with ffprobe where there is one. @throws TranscodeFailure when it can't be read */
export async function probeSource(found: FoundFfmpeg, path: string, options: ProbeSourceOptions): Promise<MediaProbe> {
  const { signal, limits } = options;
  const { launcher } = found;
  const source = sourceArguments(path);
  const ran = { signal, launcher, ...(limits === undefined ? {} : { stillMs: limits.maxStillSeconds * 1000 }) };
  if (found.ffprobe !== undefined) {
    const args = ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', ...source];
    const result = await runProgram(found.ffprobe, args, ran);
    if (result.exitCode !== 0) throw explain(result, limits);
    return checkSized(readReport(result.stdout), result, limits);
  }
  // Without an output ffmpeg ends with an error, after it has told about the input.
  const result = await runProgram(found.ffmpeg.path, ['-hide_banner', '-nostdin', ...source], ran);
  const probe = parseFfmpegBanner(result.stderr);
  if (probe === undefined) throw explain(result, limits);
  return checkSized(probe, result, limits);
}

function readReport(json: string): MediaProbe {
  try {
    return parseFfprobe(json);
  } catch (cause) {
    throw new TranscodeFailure(
      {
        reason: 'source-unreadable',
        message: 'The source describes itself at a length that can not be read',
        hint: 'Send a file with fewer streams and shorter tags.',
        recovery: 'fix-request',
      },
      { cause },
    );
  }
}

/** A size that ffmpeg itself refuses is missing from its report. */
function checkSized(probe: MediaProbe, result: ProgramResult, limits: ProbeSourceOptions['limits']): MediaProbe {
  if (probe.video?.width === 0) checkStatedSize(result.stderr, limits);
  return probe;
}

function explain(result: ProgramResult, limits: ProbeSourceOptions['limits']): TranscodeFailure {
  checkStatedSize(result.stderr, limits);
  return mapFailure(result.stderr, result);
}

function checkStatedSize(stderr: string, limits: ProbeSourceOptions['limits']): void {
  const size = /Picture size (\d+)x(\d+) is invalid/.exec(stderr);
  if (size !== null && limits !== undefined) checkPicture(Number(size[1]) * Number(size[2]), limits);
}
