import type { PlannedStream } from './transcode-plan.ts';

/** Where the files of a stream of segments lie. */
export function streamAt(directory: string): PlannedStream {
  return { directory, playlist: `${directory}/index.m3u8`, initSection: `${directory}/init.mp4` };
}
