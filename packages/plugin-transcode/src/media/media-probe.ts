import type { ColourTags, ContentLight, MasteringDisplay } from './colour-tags.ts';
import type { Fraction } from './fraction.ts';

/** What a file holds, as ffprobe or ffmpeg tells it. */
export interface MediaProbe {
  /** The demuxer's first name. */
  readonly format: string;
  /** Undefined when the container does not say. */
  readonly durationSeconds: number | undefined;
  /** The first moving picture; cover art does not count. */
  readonly video: VideoStream | undefined;
  /** The first sound. */
  readonly audio: AudioStream | undefined;
  /** Every sound, in order. */
  readonly sounds: readonly AudioStream[];
  /** Every subtitle track, in order; pictures of text too. */
  readonly texts: readonly TextStream[];
}

/** Which lines of a picture were taken first: top or bottom field; `progressive` has both at once. */
export type FieldOrder = 'progressive' | 'top-first' | 'bottom-first';

export interface VideoStream {
  /** The stream's number in the file. */
  readonly index: number;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** The shape of a pixel. */
  readonly sampleAspect: Fraction;
  /** Degrees clockwise to turn for display: 0, 90, 180 or 270. */
  readonly rotation: number;
  readonly averageRate: Fraction | undefined;
  readonly realRate: Fraction | undefined;
  readonly pixelFormat: string;
  /** As the stream claims; undefined when it says nothing. */
  readonly fieldOrder?: FieldOrder | undefined;
  readonly colour?: ColourTags | undefined;
  readonly masteringDisplay?: MasteringDisplay | undefined;
  readonly contentLight?: ContentLight | undefined;
  /** Of Dolby Vision; profile 5 can be shown by nothing else. */
  readonly dolbyVisionProfile?: number | undefined;
  /** A second, hidden layer has the transparency (VP8 and VP9 in WebM). */
  readonly hasAlphaLayer?: boolean | undefined;
  /** From the start of the source to the end of the pictures; undefined when the container does not say. */
  readonly durationSeconds?: number | undefined;
}

/** What a source says about a track that viewers choose. */
export interface TrackTags {
  /** As it stands there, for example `ger`; undefined when it is unknown. */
  readonly language: string | undefined;
  readonly title: string | undefined;
}

export interface AudioStream extends TrackTags {
  readonly index: number;
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
}

export interface TextStream extends TrackTags {
  readonly index: number;
  readonly codec: string;
  /** Shown whatever the viewer chose. */
  readonly forced: boolean;
}

/** The size a viewer sees: pixels squared, rotation applied. */
export function displaySize(video: VideoStream): { width: number; height: number } {
  const width = Math.max(1, Math.round((video.width * video.sampleAspect.num) / video.sampleAspect.den));
  return video.rotation % 180 === 0 ? { width, height: video.height } : { width: video.height, height: width };
}
