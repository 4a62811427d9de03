import type { BitDepth, RateControl, VideoCodec } from '../capability/video-settings.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { Encoder } from './encoders/encoder.ts';
import { encodersOf } from './encoders/encoders.ts';
import type { Encoding } from './encoding.ts';

/** What an encoder must be able to do. */
export interface EncoderNeeds {
  readonly codec: VideoCodec;
  readonly mode: RateControl['mode'];
  readonly bitDepth: BitDepth;
}

/** Picks the first of the encoders that can do it. @throws TranscodeFailure that names what is missing, and what there is */
export function selectEncoder(encoding: Encoding, needs: EncoderNeeds): Encoder {
  const found = encoding.encoders.find((encoder) => fits(encoder, needs));
  if (found !== undefined) return found;
  const wanted = encodersOf(needs.codec).filter((one) => one.family === 'software' && fits(one, needs));
  const why = wanted.map(({ name }) => `${name}: ${encoding.problems[name] ?? 'not in this ffmpeg'}`).join('; ');
  const there = [...encoding.encoders, ...encoding.others].map(({ name, codec }) => `${codec} (${name})`).join(', ');
  throw new TranscodeFailure({
    reason: 'encoder-missing',
    message: `Nothing here encodes ${wording(needs)} (${why}); there is ${there || 'no encoder at all'}`,
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
