import type { Fraction } from '../media/fraction.ts';
import type { Rung } from './select-ladder.ts';

/** A stream of segments that ffmpeg writes. Paths are relative to the output folder. */
export interface PlannedStream {
  readonly directory: string;
  readonly playlist: string;
  readonly initSection: string;
}

export interface PlannedRendition extends Rung, PlannedStream {}

/** The sound that is encoded, from the source's stream `index`. */
export interface PlannedAudio extends PlannedStream {
  readonly index: number;
  readonly bitrate: number;
  readonly channels: number;
  readonly sampleRate: number;
}

export interface PlannedThumbnails {
  readonly name: string;
  readonly track: string;
  readonly sheetPattern: string;
  readonly everySeconds: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
}

export interface PlannedMp4 {
  readonly rendition: string;
  readonly file: string;
}

/** All that will be done for an input and a source, before any of it is. */
export interface TranscodePlan {
  /** Arguments of the one ffmpeg that decodes once and encodes everything. It runs in the output folder. */
  readonly args: readonly string[];
  readonly frameRate: Fraction;
  /** An expectation, for progress; undefined when the source does not tell its duration. */
  readonly expectedFrames: number | undefined;
  readonly renditions: readonly PlannedRendition[];
  readonly audio: PlannedAudio | undefined;
  readonly hls: { readonly name: string; readonly master: string; readonly segmentSeconds: number } | undefined;
  readonly mp4: { readonly name: string; readonly files: readonly PlannedMp4[] } | undefined;
  readonly thumbnails: readonly PlannedThumbnails[];
  /** Folders to make first. */
  readonly directories: readonly string[];
  /** A folder that is not part of the result. */
  readonly scratch: string | undefined;
  readonly warnings: readonly string[];
}
