import type { Encoder } from './encoders/encoder.ts';
import { ENCODERS } from './encoders/encoders.ts';

/** What a job may encode with. */
export interface Encoding {
  /** Those that work here, in the order in which they are preferred. */
  readonly encoders: readonly Encoder[];
}

/** Every encoder of the processor: for plans that are made before anybody knows what this ffmpeg has. */
export const SOFTWARE_ENCODING: Encoding = { encoders: ENCODERS.filter(({ family }) => family === 'software') };
