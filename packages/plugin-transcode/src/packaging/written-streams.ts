import type { StreamFacts } from '../job/read-stream.ts';
import type { PlannedStream } from '../plan/transcode-plan.ts';
import type { WrittenText } from './write-texts.ts';

/** A stream whose segments are written: those that manifests name. */
export interface WrittenStream {
  /** Unique among its kind. */
  readonly name: string;
  readonly stream: PlannedStream;
  readonly facts: StreamFacts;
}

export interface WrittenSound extends WrittenStream {
  readonly label: string;
  readonly language: string | undefined;
}

/** All that manifests can name. */
export interface WrittenStreams {
  readonly pictures: readonly WrittenStream[];
  /** The first one is the default. */
  readonly sounds: readonly WrittenSound[];
  readonly texts: readonly WrittenText[];
}

/** Pictures a second, from the files. */
export function frameRateOf({ samples, seconds }: Pick<StreamFacts, 'samples' | 'seconds'>): number {
  return seconds > 0 ? samples / seconds : 0;
}
