import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import type { RunProgramOptions } from '../ffmpeg/run-program.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';
import { publishedStream } from './published-stream.ts';
import type { StreamFacts } from './read-stream.ts';
import { writeTransportStream } from './write-transport-stream.ts';

/** What is known of all streams of a plan, in its order. */
export interface AllFacts {
  readonly pictures: readonly StreamFacts[];
  readonly sounds: readonly StreamFacts[];
}

/** Writes every stream as MPEG-TS where HLS asks for it; the facts are then those of what was written. `directory` is the output folder. */
export async function writeTransportStreams(
  { plan, found, directory, facts }: { plan: TranscodePlan; found: FoundFfmpeg; directory: string; facts: AllFacts },
  options: RunProgramOptions,
): Promise<AllFacts> {
  if (plan.hls?.container !== 'ts') return facts;
  const write = (from: TranscodePlan['sounds'][number] | TranscodePlan['renditions'][number], own: StreamFacts) => {
    // Half a picture less, so that rounding never moves a cut to the next keyframe.
    const early = own.init.width === 0 ? 0 : own.seconds / own.samples / 2;
    const cutSeconds = plan.segmentSeconds - early;
    const to = publishedStream(plan, from);
    return writeTransportStream({ found, directory, from, to, facts: own, cutSeconds }, options);
  };
  const pictures: StreamFacts[] = [];
  for (const [at, own] of facts.pictures.entries())
    pictures.push(await write(plan.renditions[at] as TranscodePlan['renditions'][number], own));
  const sounds: StreamFacts[] = [];
  for (const [at, own] of facts.sounds.entries())
    sounds.push(await write(plan.sounds[at] as TranscodePlan['sounds'][number], own));
  return { pictures, sounds };
}
