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
}

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
}

export interface AudioStream {
  readonly index: number;
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
}

/** The size a viewer sees: pixels squared, rotation applied. */
export function displaySize(video: VideoStream): { width: number; height: number } {
  const width = Math.max(1, Math.round((video.width * video.sampleAspect.num) / video.sampleAspect.den));
  return video.rotation % 180 === 0 ? { width, height: video.height } : { width: video.height, height: width };
}
