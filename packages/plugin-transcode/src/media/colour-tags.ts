/** What a stream says about its colours, in ffmpeg's words; undefined where it says nothing. */
export interface ColourTags {
  readonly range: 'tv' | 'pc' | undefined;
  /** From RGB to the stored values, for example `bt709` or `gbr`. */
  readonly matrix: string | undefined;
  readonly primaries: string | undefined;
  /** For example `bt709`, `smpte2084` (PQ) or `arib-std-b67` (HLG). */
  readonly transfer: string | undefined;
}

/** The screen that a picture was graded on: chromaticities as CIE x and y, luminance in cd/m². */
export interface MasteringDisplay {
  readonly red: readonly [number, number];
  readonly green: readonly [number, number];
  readonly blue: readonly [number, number];
  readonly white: readonly [number, number];
  readonly minLuminance: number;
  readonly maxLuminance: number;
}

/** The brightest pixel, and the brightest picture on average, in cd/m². */
export interface ContentLight {
  readonly max: number;
  readonly maxAverage: number;
}
