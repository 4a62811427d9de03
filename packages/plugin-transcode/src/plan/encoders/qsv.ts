import type { Preset, VideoCodec } from '../../capability/video-settings.ts';
import type { EncodeRequest, Encoder } from './encoder.ts';
import { capped } from './rate-arguments.ts';

const PRESETS: Readonly<Record<Preset, string>> = {
  ...{ ultrafast: 'veryfast', superfast: 'veryfast', veryfast: 'veryfast', faster: 'faster', fast: 'fast' },
  ...{ medium: 'medium', slow: 'slow', slower: 'slower', veryslow: 'veryslow' },
};

/** Which keyframes nothing refers across: for H.264 every one at 0, for others at 1. */
const IDR: Readonly<Record<VideoCodec, readonly string[]>> = {
  h264: ['-idr_interval', '0', '-forced_idr', '1', '-adaptive_i', '0'],
  hevc: ['-idr_interval', '1', '-forced_idr', '1'],
  av1: [],
  vp9: [],
};

/** Encoders of Intel's Quick Sync Video. */
export const QSV: readonly Encoder[] = (['h264', 'hevc', 'av1', 'vp9'] as const).map((codec) => ({
  name: `${codec}_qsv`,
  codec,
  family: 'qsv',
  modes: ['crf', 'vbr', 'cbr'],
  bitDepths: codec === 'h264' ? [8] : [8, 10],
  arguments: ({ preset, profile = 'high', bitDepth, rateControl, keyframeFrames }) => [
    ...['-preset', PRESETS[preset], ...rate(codec, rateControl)],
    ...(codec === 'h264' ? ['-profile:v', profile] : []),
    ...(codec === 'hevc' ? ['-profile:v', bitDepth === 10 ? 'main10' : 'main', '-tag:v', 'hvc1'] : []),
    ...['-g', String(keyframeFrames), ...IDR[codec]],
  ],
}));

function rate(codec: VideoCodec, control: EncodeRequest['rateControl']): string[] {
  switch (control.mode) {
    case 'crf': {
      const scale = codec === 'av1' || codec === 'vp9' ? 51 / 63 : 1;
      const quality = ['-global_quality', String(Math.max(1, Math.round(control.crf * scale)))];
      // An average below the ceiling: equal ones would mean a constant rate.
      return control.maxBitrate === undefined
        ? quality
        : [...quality, '-b:v', String(Math.round(control.maxBitrate * 0.8)), ...capped(control.maxBitrate)];
    }
    case 'vbr':
      return ['-b:v', String(control.bitrate), ...capped(control.maxBitrate)];
    case 'cbr':
      return ['-b:v', String(control.bitrate), ...capped(control.bitrate)];
  }
}
