import type { VideoCodec } from '../../capability/video-settings.ts';
import type { EncodeRequest, Encoder } from './encoder.ts';
import { capped } from './rate-arguments.ts';

/** Encoders behind VAAPI. Drivers know no presets. */
export const VAAPI: readonly Encoder[] = (['h264', 'hevc', 'av1', 'vp9'] as const).map((codec) => ({
  name: `${codec}_vaapi`,
  codec,
  family: 'vaapi',
  modes: ['crf', 'vbr', 'cbr'],
  bitDepths: codec === 'h264' ? [8] : [8, 10],
  arguments: ({ profile = 'high', bitDepth, rateControl, keyframeFrames }) => [
    ...rate(codec, rateControl),
    ...(codec === 'h264' ? ['-profile:v', profile === 'baseline' ? 'constrained_baseline' : profile] : []),
    ...(codec === 'hevc' ? ['-profile:v', bitDepth === 10 ? 'main10' : 'main', '-tag:v', 'hvc1'] : []),
    ...['-g', String(keyframeFrames), ...(codec === 'h264' || codec === 'hevc' ? ['-idr_interval', '0'] : [])],
  ],
}));

function rate(codec: VideoCodec, control: EncodeRequest['rateControl']): string[] {
  switch (control.mode) {
    case 'crf': {
      // AV1 and VP9 count quantizers to 255.
      const scale = codec === 'av1' || codec === 'vp9' ? 255 / 63 : 1;
      const quality = ['-global_quality', String(Math.max(1, Math.round(control.crf * scale)))];
      if (control.maxBitrate === undefined) return ['-rc_mode', 'CQP', ...quality];
      const average = String(Math.round(control.maxBitrate * 0.8));
      return ['-rc_mode', 'QVBR', ...quality, '-b:v', average, ...capped(control.maxBitrate)];
    }
    case 'vbr':
      return ['-rc_mode', 'VBR', '-b:v', String(control.bitrate), ...capped(control.maxBitrate)];
    case 'cbr':
      return ['-rc_mode', 'CBR', '-b:v', String(control.bitrate), ...capped(control.bitrate)];
  }
}
