import type { BitDepth, VideoSettings } from '../capability/video-settings.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { ENCODERS } from './encoders/encoders.ts';
import type { Encoding } from './encoding.ts';
import { selectEncoder } from './select-encoder.ts';
import type { Rung } from './select-ladder.ts';
import type { PlannedRendition } from './transcode-plan.ts';

/** Chooses what encodes a rung, the `at`th of its ladder: the first ones have the card's sessions. @throws TranscodeFailure when nothing here can */
export function planEncoder(
  settings: VideoSettings,
  { rateControl }: Pick<Rung, 'rateControl'>,
  encoding: Encoding,
  at: number,
): Pick<PlannedRendition, 'encoder' | 'family' | 'pixelFormat'> {
  const bitDepth = bitDepthOf(settings);
  const ownsProcessor = encoding.encoders.some(({ family }) => family === 'software');
  if (encoding.sessions > 0 && at >= encoding.sessions && !ownsProcessor) throw tooMany(encoding.sessions);
  const encoders = encoding.encoders.filter(({ family }) => family === 'software' || at < encoding.sessions);
  const { name, family } = selectEncoder(
    { ...encoding, encoders },
    { codec: settings.codec, mode: rateControl.mode, bitDepth },
  );
  return { encoder: name, family, pixelFormat: bitDepth === 10 ? 'yuv420p10le' : 'yuv420p' };
}

function tooMany(sessions: number): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'hardware-sessions',
    message: `The job requires a card for every rendition, and the one here encodes ${sessions} at once`,
    hint: `Ask for at most ${sessions} renditions, or for \`hardware\` \`auto\`: then the processor encodes the others.`,
    recovery: 'fix-request',
  });
}

/** What the encoders do not do of what renditions ask for, in words. */
export function encoderShortfalls(renditions: readonly Pick<PlannedRendition, 'encoder' | 'rateControl'>[]): string[] {
  const told = renditions.flatMap(
    ({ encoder, rateControl }) => ENCODERS.find(({ name }) => name === encoder)?.shortfall?.(rateControl) ?? [],
  );
  return [...new Set(told)];
}

/** Bits of a sample; 8 where nothing is asked. */
export function bitDepthOf(settings: VideoSettings): BitDepth {
  return settings.codec === 'h264' ? 8 : (settings.bitDepth ?? 8);
}
