import type { Preset } from '../../capability/video-settings.ts';
import type { EncodeRequest, Encoder } from './encoder.ts';
import { capped, constant } from './rate-arguments.ts';

const SPEEDS: Readonly<Record<Preset, number>> = {
  ...{ ultrafast: 5, superfast: 5, veryfast: 5, faster: 4, fast: 3, medium: 2, slow: 1, slower: 1, veryslow: 0 },
};

/** VP9 by libvpx. Only a constant rate is encoded in its real-time mode: others would have keyframes of their own there. */
export const VPX_VP9: Encoder = {
  name: 'libvpx-vp9',
  codec: 'vp9',
  family: 'software',
  modes: ['crf', 'vbr', 'cbr'],
  bitDepths: [8, 10],
  arguments: ({ preset, bitDepth, rateControl, keyframeFrames }) => [
    ...(rateControl.mode === 'cbr'
      ? ['-deadline', 'realtime', '-cpu-used', '7']
      : ['-deadline', 'good', '-cpu-used', String(SPEEDS[preset])]),
    ...['-row-mt', '1', '-profile:v', bitDepth === 10 ? '2' : '0', ...rate(rateControl)],
    ...['-g', String(keyframeFrames), '-keyint_min', String(keyframeFrames)],
  ],
};

function rate(control: EncodeRequest['rateControl']): string[] {
  switch (control.mode) {
    case 'crf':
      // Beside a quality the bitrate is the ceiling; 0 is none.
      return control.maxBitrate === undefined
        ? ['-crf', String(Math.round(control.crf)), '-b:v', '0']
        : ['-crf', String(Math.round(control.crf)), '-b:v', String(control.maxBitrate), ...capped(control.maxBitrate)];
    case 'vbr':
      return ['-b:v', String(control.bitrate), ...capped(control.maxBitrate)];
    case 'cbr':
      return constant(control.bitrate);
  }
}
