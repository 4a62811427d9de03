import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the publisher makes. */
export interface PublishOptions {
  readonly ffmpegPath: string;
  /** Of media. */
  readonly seconds: number;
  /** Of one segment. @default 2 */
  readonly segmentSeconds?: number;
  /** Times real time. @default 1 */
  readonly speed?: number;
  readonly signal?: AbortSignal;
}

/** A test picture with a clock and a tone from ffmpeg, as segments of MPEG-TS: what a camera with an encoder would send. */
export async function* publishSegments(options: PublishOptions): AsyncGenerator<Buffer, void, undefined> {
  const { seconds, segmentSeconds = 2, speed = 1 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'byoc-live-publisher-'));
  const rate = 30;
  const paced = ['-readrate', String(speed), '-f', 'lavfi', '-i'];
  const child = spawn(
    options.ffmpegPath,
    [
      ...['-v', 'error', '-nostdin'],
      ...[...paced, `testsrc2=size=640x360:rate=${rate}:duration=${seconds}`],
      ...[...paced, `sine=frequency=440:sample_rate=48000:duration=${seconds}`],
      ...[
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-pix_fmt',
        'yuv420p',
        '-g',
        String(rate * segmentSeconds),
        '-sc_threshold',
        '0',
      ],
      ...['-c:a', 'aac', '-f', 'segment', '-segment_time', String(segmentSeconds), '-segment_format', 'mpegts'],
      // A name on standard output for each file that is whole.
      ...['-segment_list', 'pipe:1', '-segment_list_type', 'flat', join(folder, '%05d.ts')],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], signal: options.signal },
  );
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {});
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    for await (const name of createInterface({ input: child.stdout })) {
      const file = join(folder, name);
      yield await readFile(file);
      await rm(file);
    }
    const exitCode = await Promise.race([ended, failed]);
    if (exitCode !== 0) throw new Error(`the publisher ended with ${exitCode}`);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}
