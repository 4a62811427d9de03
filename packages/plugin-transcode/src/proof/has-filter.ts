import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { runProgram } from '../ffmpeg/run-program.ts';

/** Tells whether this ffmpeg was built with a filter. */
export async function hasFilter(found: FoundFfmpeg, filter: string, signal: AbortSignal): Promise<boolean> {
  const { launcher, ffmpeg } = found;
  const { stdout } = await runProgram(ffmpeg.path, ['-hide_banner', '-filters'], { signal, launcher });
  return stdout.split('\n').some((line) => line.trim().split(/\s+/)[1] === filter);
}
