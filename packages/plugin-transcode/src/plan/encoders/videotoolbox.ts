import type { EncodeRequest, Encoder } from './encoder.ts';
import { capped, cappedWhere } from './rate-arguments.ts';

/** Encoders of Apple's VideoToolbox, on the card only. It knows no presets. */
export const VIDEOTOOLBOX: readonly Encoder[] = (['h264', 'hevc'] as const).map((codec) => ({
  name: `${codec}_videotoolbox`,
  codec,
  family: 'videotoolbox',
  modes: ['crf', 'vbr', 'cbr'],
  bitDepths: codec === 'h264' ? [8] : [8, 10],
  arguments: ({ profile = 'high', bitDepth, rateControl, keyframeFrames }) => [
    ...['-allow_sw', '0', ...rate(rateControl)],
    ...(codec === 'h264'
      ? ['-profile:v', profile]
      : ['-profile:v', bitDepth === 10 ? 'main10' : 'main', '-tag:v', 'hvc1']),
    ...['-g', String(keyframeFrames)],
  ],
}));

function rate(control: EncodeRequest['rateControl']): string[] {
  switch (control.mode) {
    case 'crf':
      // It counts the other way: 100 is best. 23 becomes 55.
      return [
        '-q:v',
        String(Math.max(1, Math.round(100 - (control.crf * 100) / 51))),
        ...cappedWhere(control.maxBitrate),
      ];
    case 'vbr':
      return ['-b:v', String(control.bitrate), ...capped(control.maxBitrate)];
    case 'cbr':
      return ['-b:v', String(control.bitrate), '-constant_bit_rate', '1'];
  }
}
