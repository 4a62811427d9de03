import type { BitDepth, Preset, RateControl, VideoCodec } from '../../capability/video-settings.ts';
import type { HdrMetadata } from '../colour-arguments.ts';

/** Who encodes: the processor, or a kind of card. */
export type EncoderFamily = 'software' | 'nvenc' | 'qsv' | 'vaapi' | 'videotoolbox';

/** How bits are spent, with nothing left to be decided. */
export type ResolvedRateControl =
  | { readonly mode: 'crf'; readonly crf: number; readonly maxBitrate?: number | undefined }
  | { readonly mode: 'vbr'; readonly bitrate: number; readonly maxBitrate: number }
  | { readonly mode: 'cbr'; readonly bitrate: number };

/** How one rendition is encoded, whichever encoder does it. */
export interface EncodeRequest {
  readonly preset: Preset;
  /** Of h264 only; other codecs follow the bit depth. */
  readonly profile?: string | undefined;
  readonly bitDepth: BitDepth;
  readonly rateControl: ResolvedRateControl;
  /** Frames from one keyframe to the next. */
  readonly keyframeFrames: number;
  /** For pictures of high dynamic range. @default none */
  readonly hdr?: HdrMetadata | undefined;
}

/** An encoder of ffmpeg. */
export interface Encoder {
  /** As ffmpeg calls it, for example `libx264`. */
  readonly name: string;
  readonly codec: VideoCodec;
  readonly family: EncoderFamily;
  readonly modes: readonly RateControl['mode'][];
  readonly bitDepths: readonly BitDepth[];
  /** Arguments after `-c:v` and its name. Keyframes come every `keyframeFrames`, nowhere else, and nothing refers across one. */
  arguments(request: EncodeRequest): string[];
  /** What of a rate control this encoder does not do, in words. @default all is done */
  shortfall?(rateControl: ResolvedRateControl): string | undefined;
}
