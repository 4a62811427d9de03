import type { Preset } from '../../capability/video-settings.ts';
import type { EncodeRequest, Encoder } from './encoder.ts';
import { capped, constant } from './rate-arguments.ts';

/** Effort, and how far libaom's own speed goes: `good` is far slower than `realtime`. */
const PRESETS: Readonly<Record<Preset, readonly [usage: 'realtime' | 'good', speed: number]>> = {
  ultrafast: ['realtime', 8],
  superfast: ['realtime', 8],
  veryfast: ['realtime', 7],
  faster: ['realtime', 6],
  fast: ['good', 6],
  medium: ['good', 5],
  slow: ['good', 4],
  slower: ['good', 3],
  veryslow: ['good', 2],
};

/** AV1 by libaom: where there is no SVT-AV1, and for a constant rate. */
export const AOM_AV1: Encoder = {
  name: 'libaom-av1',
  codec: 'av1',
  family: 'software',
  modes: ['crf', 'vbr', 'cbr'],
  bitDepths: [8, 10],
  arguments({ preset, rateControl, keyframeFrames }) {
    const [usage, speed] = rateControl.mode === 'cbr' ? (['realtime', 8] as const) : PRESETS[preset];
    return [
      ...['-usage', usage, '-cpu-used', String(speed), '-row-mt', '1', ...rate(rateControl)],
      ...['-g', String(keyframeFrames), '-keyint_min', String(keyframeFrames)],
    ];
  },
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
