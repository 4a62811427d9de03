import type { BitDepth, VideoSettings } from '../capability/video-settings.ts';
import { ENCODERS } from './encoders/encoders.ts';
import type { Encoding } from './encoding.ts';
import { selectEncoder } from './select-encoder.ts';
import type { Rung } from './select-ladder.ts';
import type { PlannedRendition } from './transcode-plan.ts';

/** Chooses what encodes a rung. @throws TranscodeFailure when nothing here can */
export function planEncoder(
  settings: VideoSettings,
  { rateControl }: Pick<Rung, 'rateControl'>,
  encoding: Encoding,
): Pick<PlannedRendition, 'encoder' | 'pixelFormat'> {
  const bitDepth = bitDepthOf(settings);
  const { name } = selectEncoder(encoding, { codec: settings.codec, mode: rateControl.mode, bitDepth });
  return { encoder: name, pixelFormat: bitDepth === 10 ? 'yuv420p10le' : 'yuv420p' };
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
