import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../ffmpeg/map-failure.ts';
import { type RunProgramOptions, runProgram } from '../ffmpeg/run-program.ts';
import { peakBitrate } from '../packaging/peak-bitrate.ts';
import { planTransportStream } from '../plan/plan-transport-stream.ts';
import type { PlannedStream } from '../plan/transcode-plan.ts';
import type { SegmentFacts, StreamFacts } from './read-stream.ts';

export interface WriteTransportStreamInput {
  readonly found: FoundFfmpeg;
  /** The output folder. */
  readonly directory: string;
  readonly from: PlannedStream;
  readonly to: PlannedStream;
  /** Of `from`. */
  readonly facts: StreamFacts;
  /** Seconds after which the next keyframe, or packet of sound, starts a segment. */
  readonly cutSeconds: number;
}

/** Writes a stream as MPEG-TS, and tells what its segments are. Their pictures are those of `from`. @throws TranscodeFailure */
export async function writeTransportStream(
  { found, directory, from, to, facts, cutSeconds }: WriteTransportStreamInput,
  options: RunProgramOptions,
): Promise<StreamFacts> {
  const ended = await runProgram(found.ffmpeg.path, planTransportStream(from, to, cutSeconds), options);
  if (ended.exitCode !== 0) throw mapFailure(ended.stderr, ended);
  const list: SegmentFacts[] = [];
  const text = await readFile(join(directory, to.playlist), 'utf8');
  const { timescale } = facts.init;
  let start = 0;
  for (const [, length = '', uri = ''] of text.matchAll(/^#EXTINF:([\d.]+),.*\n(.+)$/gm)) {
    const seconds = Number(length);
    const { size: bytes } = await stat(join(directory, to.directory, uri));
    const ticks = Math.round(seconds * timescale);
    list.push({ uri, samples: 0, start, ticks, seconds, bytes, first: undefined });
    start += ticks;
  }
  const bytes = list.reduce((sum, one) => sum + one.bytes, 0);
  const seconds = list.reduce((sum, one) => sum + one.seconds, 0);
  return {
    ...{ ...facts, list, segments: list.length, bytes },
    bitrate: seconds > 0 ? Math.round((bytes * 8) / seconds) : 0,
    peakBitrate: peakBitrate(list),
  };
}
