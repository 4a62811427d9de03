import type { RateControl, VideoCodec } from '../capability/video-settings.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { ResolvedRateControl } from './encoders/encoder.ts';

/** What looks about the same in every codec. */
const DEFAULT_CRF: Readonly<Record<VideoCodec, number>> = { h264: 23, hevc: 26, av1: 35, vp9: 33 };

/** The worst that a codec's scale goes to. */
const WORST_CRF: Readonly<Record<VideoCodec, number>> = { h264: 51, hevc: 51, av1: 63, vp9: 63 };

/** Fills in what a rate control leaves out. @throws TranscodeFailure when the codec's scale does not go so far */
export function resolveRateControl(control: RateControl, codec: VideoCodec): ResolvedRateControl {
  switch (control.mode) {
    case 'crf': {
      const { crf = DEFAULT_CRF[codec], maxBitrate } = control;
      if (crf > WORST_CRF[codec]) throw outOfScale(codec, crf);
      return { mode: 'crf', crf, ...(maxBitrate === undefined ? {} : { maxBitrate }) };
    }
    case 'vbr': {
      const { bitrate, maxBitrate = Math.round(bitrate * 1.5) } = control;
      return { mode: 'vbr', bitrate, maxBitrate: Math.max(bitrate, maxBitrate) };
    }
    case 'cbr':
      return control;
  }
}

function outOfScale(codec: VideoCodec, crf: number): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'crf-out-of-scale',
    message: `A crf of ${crf} was asked for, and that of ${codec} goes to ${WORST_CRF[codec]}`,
    hint: `Ask for 0 to ${WORST_CRF[codec]}; ${DEFAULT_CRF[codec]} is usual.`,
    recovery: 'fix-request',
  });
}
