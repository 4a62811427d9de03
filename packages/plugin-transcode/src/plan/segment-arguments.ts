import type { PlannedStream } from './transcode-plan.ts';

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
