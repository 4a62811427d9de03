import type { LoudnessTarget } from '../capability/audio-settings.ts';
import type { Fraction } from '../media/fraction.ts';
import type { VideoStream } from '../media/media-probe.ts';
import type { FramePlace } from './device-arguments.ts';
import type { EncoderFamily } from './encoders/encoder.ts';
import type { Normalization } from './loudness-arguments.ts';
import type { TrackName } from './name-track.ts';
import type { PictureChain } from './picture-chain.ts';
import type { Rung } from './select-ladder.ts';

/** A stream of segments that ffmpeg writes. Paths are relative to the output folder. */
export interface PlannedStream {
  readonly directory: string;
  readonly playlist: string;
  readonly initSection: string;
}

export interface PlannedRendition extends Rung, PlannedStream {
  /** As ffmpeg calls it. */
  readonly encoder: string;
  readonly family: EncoderFamily;
  /** What goes into the encoder, as ffmpeg calls it. */
  readonly pixelFormat: string;
}

/** A sound track that is written, from the source's stream `index`. */
export interface PlannedSound extends PlannedStream, TrackName {
  /** The last folder of its path. */
  readonly name: string;
  readonly index: number;
  readonly codec: 'aac' | 'opus' | 'copy';
  /** Bits a second; 0 where it is copied. */
  readonly bitrate: number;
  readonly channels: number;
  readonly sampleRate: number;
  /** What its loudness is to become. */
  readonly loudness: LoudnessTarget | undefined;
  /** The same, once the source is measured; undefined of silence. */
  readonly normalization: Normalization | undefined;
}

/** Subtitles that are carried. */
export interface PlannedText extends TrackName {
  /** Also the last folder of its path. */
  readonly name: string;
  /** A stream of the source, or one of the files that came with the job. */
  readonly from: { readonly stream: number } | { readonly file: number };
  readonly forced: boolean;
  /** Shown until the viewer chooses something else. */
  readonly isDefault: boolean;
  /** Of its files for HLS and DASH, relative to the output folder; undefined where there is neither. */
  readonly directory: string | undefined;
  /** The whole of it, where that was asked for. */
  readonly file: string | undefined;
}

/** How the streams are offered to HLS players. */
export interface PlannedHls {
  readonly name: string;
  readonly master: string;
  readonly container: 'fmp4' | 'ts';
  readonly iFrames: boolean;
  readonly soundAlone: boolean;
}

/** How the streams are offered to DASH players. */
export interface PlannedDash {
  readonly name: string;
  readonly manifest: string;
  /** The folder of segments, relative to the manifest: empty, or with a slash at its end. */
  readonly base: string;
}

export interface PlannedThumbnails {
  readonly name: string;
  readonly track: string;
  readonly sheetPattern: string;
  /** Seconds from one to the next, or the moments of each. */
  readonly when: { readonly everySeconds: number } | { readonly atSeconds: readonly number[] };
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
}

/** An animated picture. */
export interface PlannedPreview {
  readonly name: string;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly quality: number;
  /** In the time of what is made, in order. */
  readonly pieces: readonly { readonly startSeconds: number; readonly endSeconds: number }[];
}

export interface PlannedMp4 {
  readonly rendition: string;
  readonly file: string;
}

export interface PlannedSoundFile {
  readonly sound: PlannedSound;
  readonly file: string;
}

/** All that will be done for an input and a source, before any of it is. */
export interface TranscodePlan {
  /** Arguments of the one ffmpeg that decodes once and encodes everything. It runs in the output folder. */
  readonly args: readonly string[];
  /** What happens to pictures before they are encoded; undefined where there are none. */
  readonly chain: PictureChain | undefined;
  /** The pictures of the source. */
  readonly video: VideoStream | undefined;
  /** The arguments that open the source, clip included. */
  readonly open: readonly string[];
  readonly frameRate: Fraction;
  /** An expectation, for progress; undefined when the source does not tell its duration. */
  readonly expectedFrames: number | undefined;
  readonly renditions: readonly PlannedRendition[];
  /** The first one is the default. */
  readonly sounds: readonly PlannedSound[];
  readonly texts: readonly PlannedText[];
  readonly segmentSeconds: number;
  readonly hls: PlannedHls | undefined;
  readonly dash: PlannedDash | undefined;
  readonly mp4: { readonly name: string; readonly files: readonly PlannedMp4[] } | undefined;
  readonly soundFiles: { readonly name: string; readonly files: readonly PlannedSoundFile[] } | undefined;
  /** The folder of subtitles in files. */
  readonly textFiles: { readonly name: string } | undefined;
  readonly thumbnails: readonly PlannedThumbnails[];
  readonly previews: readonly PlannedPreview[];
  /** Folders to make first. */
  readonly directories: readonly string[];
  /** A folder that is not part of the result. */
  /** Where the pictures are on their way. */
  readonly frames: FramePlace;
  readonly scratch: string | undefined;
  readonly warnings: readonly string[];
}
