import type { Preset } from '../../capability/video-settings.ts';
import type { EncodeRequest, Encoder } from './encoder.ts';
import { capped, cappedWhere } from './rate-arguments.ts';

const PRESETS: Readonly<Record<Preset, string>> = {
  ...{ ultrafast: 'p1', superfast: 'p1', veryfast: 'p2', faster: 'p3', fast: 'p4' },
  ...{ medium: 'p5', slow: 'p6', slower: 'p7', veryslow: 'p7' },
};

/** Encoders on NVIDIA's cards. */
export const NVENC: readonly Encoder[] = (['h264', 'hevc', 'av1'] as const).map((codec) => ({
  name: `${codec}_nvenc`,
  codec,
  family: 'nvenc',
  modes: ['crf', 'vbr', 'cbr'],
  bitDepths: codec === 'h264' ? [8] : [8, 10],
  arguments: ({ preset, profile = 'high', bitDepth, rateControl, keyframeFrames }) => [
    ...['-preset', PRESETS[preset], '-tune', 'hq', ...rate(codec, rateControl)],
    ...(codec === 'h264' ? ['-profile:v', profile] : []),
    ...(codec === 'hevc' ? ['-profile:v', bitDepth === 10 ? 'main10' : 'main', '-tag:v', 'hvc1'] : []),
    ...['-g', String(keyframeFrames), '-no-scenecut', '1', '-forced-idr', '1', '-strict_gop', '1'],
  ],
}));

function rate(codec: 'h264' | 'hevc' | 'av1', control: EncodeRequest['rateControl']): string[] {
  switch (control.mode) {
    case 'crf': {
      const quality = codec === 'av1' ? (control.crf * 51) / 63 : control.crf;
      // 0 would let the card choose.
      return [
        '-rc',
        'vbr',
        '-cq',
        String(Math.max(1, Math.round(quality))),
        '-b:v',
        '0',
        ...cappedWhere(control.maxBitrate),
      ];
    }
    case 'vbr':
      return ['-rc', 'vbr', '-b:v', String(control.bitrate), ...capped(control.maxBitrate)];
    case 'cbr':
      return ['-rc', 'cbr', '-b:v', String(control.bitrate), ...capped(control.bitrate)];
  }
}
