import type { EncodeRequest, Encoder } from './encoder.ts';
import { capped, cappedWhere, constant } from './rate-arguments.ts';

/** H.264 by libx264. */
export const X264: Encoder = {
  name: 'libx264',
  codec: 'h264',
  family: 'software',
  modes: ['crf', 'vbr', 'cbr'],
  bitDepths: [8],
  arguments: ({ preset, profile = 'high', rateControl, keyframeFrames }) => [
    ...['-preset', preset, '-profile:v', profile, ...rate(rateControl)],
    ...['-g', String(keyframeFrames), '-keyint_min', String(keyframeFrames), '-sc_threshold', '0', '-flags', '+cgop'],
  ],
};

function rate(control: EncodeRequest['rateControl']): string[] {
  switch (control.mode) {
    case 'crf':
      return ['-crf', String(control.crf), ...cappedWhere(control.maxBitrate)];
    case 'vbr':
      return ['-b:v', String(control.bitrate), ...capped(control.maxBitrate)];
    case 'cbr':
      return [...constant(control.bitrate), '-x264-params', 'nal-hrd=cbr'];
  }
}
