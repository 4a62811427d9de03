import { execFile } from 'node:child_process';
import { rename, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ByocError, isByocError } from '@byoc/core';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';

const run = promisify(execFile);

/** Makes a real 10-second 1080p video with sound, once: a file that is there already is used again. */
export async function makeDemoSource(
  file: string,
  { signal }: { signal: AbortSignal },
): Promise<{ made: boolean; ffmpeg: string }> {
  if ((await stat(file).catch(() => undefined))?.isFile()) return { made: false, ffmpeg: '' };
  try {
    const { ffmpeg } = await findFfmpeg();
    const partial = `${file}.partial.mp4`;
    const args = [
      ...['-v', 'error', '-nostdin', '-y'],
      ...['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=30:duration=10'],
      ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=10'],
      ...[
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-crf',
        '18',
        '-pix_fmt',
        'yuv420p',
        '-c:a',
        'aac',
        '-b:a',
        '128k',
        '-shortest',
        '-movflags',
        '+faststart',
      ],
      partial,
    ];
    await run(ffmpeg.path, args, { signal });
    await rename(partial, file);
    return { made: true, ffmpeg: ffmpeg.origin };
  } catch (error) {
    signal.throwIfAborted();
    if (isByocError(error)) throw error;
    throw new ByocError(
      'DEMO_SOURCE_UNAVAILABLE',
      { reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}
