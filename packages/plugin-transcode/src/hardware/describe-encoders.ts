import type { EncoderTest } from './plan-encodings.ts';

/** What an offer says about each encoder that was tested. */
export interface EncoderDetails {
  readonly [name: string]: {
    readonly works: boolean;
    /** Why it does not. */
    readonly problem?: string;
    /** Of small pictures at the preset `veryfast`. */
    readonly pixelsPerSecond?: number;
    /** Renditions that the card encodes at once. */
    readonly sessions?: number;
    /** Whether pictures stay on the card from decoder to encoder. */
    readonly keepsFrames?: boolean;
  };
}

/** Puts tests into an offer's words. */
export function describeEncoders(tests: readonly EncoderTest[]): EncoderDetails {
  return Object.fromEntries(
    tests.map(({ encoder, problem, pixelsPerSecond, card }) => [
      encoder.name,
      {
        works: problem === undefined,
        ...(problem === undefined ? {} : { problem }),
        ...(pixelsPerSecond === undefined ? {} : { pixelsPerSecond }),
        ...(card === undefined ? {} : card),
      },
    ]),
  );
}
