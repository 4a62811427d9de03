import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { runProgram } from '../ffmpeg/run-program.ts';

const PICTURE = ['-f', 'lavfi', '-i', 'color=size=192x108:rate=1:duration=1'];

/** Tells whether this ffmpeg measures VMAF, by measuring one picture: a build may list libvmaf and lack its model. */
export async function measuresVmaf({ ffmpeg, launcher }: FoundFfmpeg, signal: AbortSignal): Promise<boolean> {
  const args = ['-hide_banner', '-nostdin', ...PICTURE, ...PICTURE, '-lavfi', '[0][1]libvmaf', '-f', 'null', '-'];
  const { exitCode, stderr } = await runProgram(ffmpeg.path, args, { signal, launcher });
  return exitCode === 0 && /VMAF score\s*[:=]\s*[\d.]+/.test(stderr);
}
