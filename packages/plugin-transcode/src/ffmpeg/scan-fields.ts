import type { MediaProbe, VideoStream } from '../media/media-probe.ts';
import { type FieldScan, parseFieldScan } from '../media/parse-field-scan.ts';
import { decimal } from '../plan/decimal.ts';
import { sourceArguments } from '../plan/source-arguments.ts';
import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { type RunProgramOptions, runProgram } from './run-program.ts';

const PICTURES = 75;
/** Where to look: the start is often black. */
const PLACES = [0.3, 0.7];

/** Looks for combed pictures in the middle of a source, and at a second place when the first is still. Undefined when nothing decodes. */
export async function scanFields(
  found: FoundFfmpeg,
  path: string,
  source: { probe: MediaProbe; video: VideoStream },
  options: Pick<RunProgramOptions, 'signal'>,
): Promise<FieldScan | undefined> {
  let best: FieldScan | undefined;
  for (const place of PLACES) {
    const args = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info'];
    const seconds = (source.probe.durationSeconds ?? 0) * place;
    if (seconds > 2) args.push('-ss', decimal(seconds));
    args.push(...sourceArguments(path), '-map', `0:${source.video.index}`, '-frames:v', String(PICTURES));
    args.push('-vf', 'idet', '-f', 'null', '-');
    const ended = await runProgram(found.ffmpeg.path, args, { ...options, launcher: found.launcher });
    const scan = parseFieldScan(ended.stderr);
    if (scan !== undefined && told(scan) >= told(best)) best = scan;
    if (told(scan) >= 16 || seconds <= 2) break;
  }
  return best;
}

function told(scan: FieldScan | undefined): number {
  return scan === undefined ? -1 : scan.topFirst + scan.bottomFirst + scan.progressive;
}
