import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { mapFailure } from './map-failure.ts';
import { runProgram } from './run-program.ts';

/** Encodes a tiny picture and sound for real: a listed encoder may still not work. @throws TranscodeFailure */
export async function testEncode(found: FoundFfmpeg, tmp: string, signal: AbortSignal): Promise<void> {
  const file = join(tmp, 'fitness.mp4');
  const args = [
    ...[
      '-hide_banner',
      '-nostdin',
      '-loglevel',
      'level+error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x64:rate=10:duration=0.5',
    ],
    ...[
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=440:duration=0.5',
      '-vf',
      'scale=32:32,format=yuv420p',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
    ],
    ...['-c:a', 'aac', '-movflags', '+faststart', '-f', 'mp4', `file:${file}`],
  ];
  try {
    const result = await runProgram(found.ffmpeg.path, args, { signal, launcher: found.launcher });
    if (result.exitCode !== 0) throw mapFailure(result.stderr, result);
  } finally {
    await rm(file, { force: true });
  }
}
