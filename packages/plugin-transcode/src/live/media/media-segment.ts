/** Ticks a second of the live timeline: those of MPEG-TS. */
export const LIVE_TICKS = 90_000;

/** One picture, or one frame of sound. */
export interface MediaSample {
  /** In the track's ticks, like `pts` and `duration`. */
  readonly dts: number;
  readonly pts: number;
  readonly duration: number;
  /** Decodable without what came before. */
  readonly key: boolean;
  /** As MP4 holds it: NAL units with their lengths, raw AAC. */
  readonly data: Uint8Array;
}

/** A stream of a segment, whatever container it came in. */
export interface MediaTrack {
  /** Ticks a second. */
  readonly timescale: number;
  /** The sample entry box of MP4: codec, size and decoder configuration. */
  readonly entry: Uint8Array;
  /** RFC 6381 where it is known, for example `mp4a.40.2`. */
  readonly codec: string | undefined;
  /** Of the pictures as they are shown; 0 for sound. */
  readonly width: number;
  readonly height: number;
  /** In decoding order, at least one. */
  readonly samples: readonly MediaSample[];
}

/** What one incoming segment holds. */
export interface MediaSegment {
  readonly video: MediaTrack;
  readonly audio: MediaTrack | undefined;
  /** Its clock starts again after this many ticks of 1/90000 s. @default never */
  readonly wrapTicks: number | undefined;
  /** Packets that are missing inside it. */
  readonly lostPackets: number;
}
