import type { FramePlace } from './device-arguments.ts';
import type { Encoder } from './encoders/encoder.ts';
import { ENCODERS } from './encoders/encoders.ts';

/** What a job may encode with. */
export interface Encoding {
  /** Those that work here, in the order in which they are preferred. */
  readonly encoders: readonly Encoder[];
  /** Where pictures are kept when a card encodes them, if it can be. */
  readonly frames: FramePlace;
  /** Renditions that a card encodes at once; the others are for the processor. */
  readonly sessions: number;
  /** Why others of the codec are not among them, by name. */
  readonly problems: Readonly<Record<string, string>>;
  /** What this ffmpeg has for other codecs. */
  readonly others: readonly Encoder[];
}

const SOFTWARE = ENCODERS.filter(({ family }) => family === 'software');

/** Every encoder of the processor: for plans that are made before anybody knows what this ffmpeg has. */
export const SOFTWARE_ENCODING: Encoding = {
  encoders: SOFTWARE,
  frames: 'memory',
  sessions: 0,
  problems: {},
  others: [],
};
