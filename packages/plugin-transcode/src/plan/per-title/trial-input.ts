import type { TranscodeInput } from '../../capability/input.ts';
import type { VideoCodec } from '../../capability/video-settings.ts';
import type { Rung } from '../select-ladder.ts';
import type { TrialWindow } from './plan-windows.ts';

/** Qualities that are tried: from hardly any loss to a visible one. */
export const TRIAL_CRFS: Readonly<Record<VideoCodec, readonly number[]>> = {
  h264: [18, 26, 34],
  hevc: [20, 28, 36],
  av1: [22, 37, 52],
  vp9: [20, 35, 50],
};

/** A job that tries one quality on one window, in every size, with all that the real job does to its pictures. */
export function trialInput(
  input: TranscodeInput,
  rungs: readonly Rung[],
  crf: number,
  window: TrialWindow,
): TranscodeInput {
  return {
    ...input,
    outputs: [{ kind: 'hls', name: 'trial', container: 'fmp4', segmentSeconds: 4, iFrames: false, soundAlone: false }],
    audio: { codec: 'none' },
    ladder: rungs.map(({ name, width, height }) => ({ name, width, height, rateControl: { mode: 'crf', crf } })),
    clip: { ...window },
    quality: { psnr: false, ssim: false, vmaf: false },
  };
}
