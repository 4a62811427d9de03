import type { RateControl, VideoSettings } from '../capability/video-settings.ts';
import type { PlannedStream } from './transcode-plan.ts';

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

/** Arguments of the sound encoder. */
export function audioArguments(audio: { bitrate: number; channels: number; sampleRate: number }): string[] {
  return ['-c:a', 'aac', '-b:a', String(audio.bitrate), '-ac', String(audio.channels), '-ar', String(audio.sampleRate)];
}

/** Arguments that write a stream as fragmented MP4 segments with a media playlist. */
export function segmentArguments(stream: PlannedStream, seconds: number): string[] {
  return [
    ...[
      '-f',
      'hls',
      '-hls_time',
      seconds.toFixed(6),
      '-hls_playlist_type',
      'vod',
      '-hls_list_size',
      '0',
      '-hls_segment_type',
      'fmp4',
    ],
    ...['-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', `${stream.directory}/%05d.m4s`],
    ...['-hls_flags', 'independent_segments', stream.playlist],
  ];
}
