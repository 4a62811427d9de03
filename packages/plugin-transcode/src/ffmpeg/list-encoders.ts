import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { runProgram } from './run-program.ts';

/** Names of the encoders that this ffmpeg was built with. That one is listed does not mean that it works. */
export async function listEncoders(found: FoundFfmpeg, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { launcher, ffmpeg } = found;
  const { stdout } = await runProgram(ffmpeg.path, ['-hide_banner', '-encoders'], { signal, launcher });
  const names = stdout.split('\n').flatMap((line) => /^ [VAS][A-Z.]{5} (\S+)/.exec(line)?.[1] ?? []);
  return new Set(names);
}
