import type { BitDepth, RateControl, VideoCodec } from '../capability/video-settings.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { Encoder } from './encoders/encoder.ts';
import { encodersOf } from './encoders/encoders.ts';

/** What an encoder must be able to do. */
export interface EncoderNeeds {
  readonly codec: VideoCodec;
  readonly mode: RateControl['mode'];
  readonly bitDepth: BitDepth;
}

/** Picks the first of the encoders that are there which can do it. @throws TranscodeFailure that names what is missing, and what there is */
export function selectEncoder(available: readonly Encoder[], needs: EncoderNeeds): Encoder {
  const found = available.find((encoder) => fits(encoder, needs));
  if (found !== undefined) return found;
  const wanted = encodersOf(needs.codec).filter((encoder) => fits(encoder, needs) && encoder.family === 'software');
  const there = available.map(({ name, codec }) => `${name} (${codec})`).join(', ') || 'none';
  throw new TranscodeFailure({
    reason: 'encoder-missing',
    message: `This ffmpeg has no encoder for ${wording(needs)}: ${list(wanted)} would do, and it has ${there}`,
    hint: 'Ask for a codec or rate control that is there, or choose another offer.',
    recovery: 'retry-other',
  });
}

function fits({ codec, modes, bitDepths }: Encoder, needs: EncoderNeeds): boolean {
  return codec === needs.codec && modes.includes(needs.mode) && bitDepths.includes(needs.bitDepth);
}

function wording({ codec, mode, bitDepth }: EncoderNeeds): string {
  return `${codec} with ${mode}${bitDepth === 8 ? '' : ` in ${bitDepth} bits`}`;
}

function list(encoders: readonly Encoder[]): string {
  return encoders.map(({ name }) => name).join(' or ') || 'none known here';
}
