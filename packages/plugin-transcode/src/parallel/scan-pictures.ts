import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../ffmpeg/map-failure.ts';
import { runProgram } from '../ffmpeg/run-program.ts';
import type { VideoStream } from '../media/media-probe.ts';
import { selectFrameRate } from '../plan/select-frame-rate.ts';
import { sourceArguments } from '../plan/source-arguments.ts';
import { PictureScan } from './picture-scan.ts';

/**
 * Lists the packets of a file's pictures; nothing is decoded. Times count from where a job with the same streams would count: in MPEG-TS
 * sound that is used moves the start, sound that is not does not.
 *
 * @throws TranscodeFailure when it can't be read
 */
export async function scanPictures(
  found: FoundFfmpeg,
  path: string,
  { video, sounds }: { video: VideoStream; sounds: readonly { index: number }[] },
  signal: AbortSignal,
): Promise<PictureScan> {
  const scan = new PictureScan(selectFrameRate(video));
  let rest = '';
  const onProgress = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) scan.line(line);
  };
  const args = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error', ...sourceArguments(path)];
  const maps = [video, ...sounds].flatMap(({ index }) => ['-map', `0:${index}`]);
  const copy = [...maps, '-c', 'copy', '-f', 'framecrc', 'pipe:3'];
  const { launcher } = found;
  const ended = await runProgram(found.ffmpeg.path, [...args, ...copy], { signal, launcher, onProgress });
  if (ended.exitCode !== 0) throw mapFailure(ended.stderr, ended);
  scan.end();
  return scan;
}
