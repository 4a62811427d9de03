import type { RateControl, VideoSettings } from '../capability/video-settings.ts';

/** Arguments of one picture encoder. Keyframes come every `keyframeFrames`, nowhere else, and nothing refers across one. */
export function encoderArguments(settings: VideoSettings, rateControl: RateControl, keyframeFrames: number): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', settings.preset, '-profile:v', settings.profile, ...rateArguments(rateControl)],
    ...['-g', String(keyframeFrames), '-keyint_min', String(keyframeFrames), '-sc_threshold', '0', '-flags', '+cgop'],
  ];
}

function rateArguments(control: RateControl): string[] {
  switch (control.mode) {
    case 'crf':
      return ['-crf', String(control.crf), ...(control.maxBitrate === undefined ? [] : capped(control.maxBitrate))];
    case 'vbr':
      return ['-b:v', String(control.bitrate), ...capped(control.maxBitrate ?? Math.round(control.bitrate * 1.5))];
    case 'cbr':
      return [
        '-b:v',
        String(control.bitrate),
        '-minrate',
        String(control.bitrate),
        ...capped(control.bitrate),
        '-x264-params',
        'nal-hrd=cbr',
      ];
  }
}

function capped(bitrate: number): string[] {
  return ['-maxrate', String(bitrate), '-bufsize', String(bitrate * 2)];
}
