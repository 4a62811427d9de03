import type { Preset } from '../../capability/video-settings.ts';
import { svtHdrParams } from '../colour-arguments.ts';
import type { EncodeRequest, Encoder } from './encoder.ts';
import { cappedWhere } from './rate-arguments.ts';

const PRESETS: Readonly<Record<Preset, number>> = {
  ...{ ultrafast: 12, superfast: 11, veryfast: 10, faster: 9, fast: 8, medium: 7, slow: 6, slower: 5, veryslow: 4 },
};

/** AV1 by SVT-AV1. It knows no constant rate with B-frames, and no ceiling beside an average. */
export const SVT_AV1: Encoder = {
  name: 'libsvtav1',
  codec: 'av1',
  family: 'software',
  modes: ['crf', 'vbr'],
  bitDepths: [8, 10],
  arguments: ({ preset, rateControl, keyframeFrames, hdr }) => [
    ...['-preset', String(PRESETS[preset]), ...rate(rateControl), '-g', String(keyframeFrames)],
    ...(hdr === undefined ? [] : ['-svtav1-params', svtHdrParams(hdr).join(':')]),
  ],
  shortfall: (rateControl) =>
    rateControl.mode === 'vbr'
      ? 'libsvtav1 keeps an average without a ceiling: `maxBitrate` was left out. `crf` with `maxBitrate` has one.'
      : undefined,
};

function rate(control: EncodeRequest['rateControl']): string[] {
  switch (control.mode) {
    case 'crf':
      return ['-crf', String(Math.max(1, Math.round(control.crf))), ...cappedWhere(control.maxBitrate)];
    case 'vbr':
    case 'cbr':
      return ['-b:v', String(control.bitrate), '-bufsize', String(control.bitrate * 2)];
  }
}
