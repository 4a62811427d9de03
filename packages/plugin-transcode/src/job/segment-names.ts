import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedStream } from '../plan/transcode-plan.ts';

/** The segments that a stream's playlist lists, in order: files in the stream's folder. @throws RangeError when it has no end */
export async function segmentNames(directory: string, stream: PlannedStream, signal: AbortSignal): Promise<string[]> {
  const text = await readFile(join(directory, stream.playlist), { encoding: 'utf8', signal });
  if (!text.includes('#EXT-X-ENDLIST')) throw new RangeError('a playlist has no end');
  return text.split('\n').filter((line) => /^[^#\s]/.test(line));
}
