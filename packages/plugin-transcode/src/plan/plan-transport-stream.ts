import type { PlannedStream } from './transcode-plan.ts';

/**
 * Arguments that put a stream of fMP4 segments into segments of MPEG-TS. Nothing is encoded. All streams of a job start at second 10, so that
 * times before the first picture, which encoders need, are no negative ones. After `cutSeconds` the next keyframe, or packet of sound, starts
 * a segment.
 */
export function planTransportStream(from: PlannedStream, to: PlannedStream, cutSeconds: number): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-y'],
    ...['-protocol_whitelist', 'file', '-f', 'hls', '-i', `file:${from.playlist}`, '-map', '0:0', '-c', 'copy'],
    ...['-avoid_negative_ts', 'disabled', '-muxdelay', '0', '-muxpreload', '0', '-output_ts_offset', '10'],
    ...['-f', 'hls', '-hls_time', cutSeconds.toFixed(6), '-hls_playlist_type', 'vod', '-hls_list_size', '0'],
    ...['-hls_segment_type', 'mpegts', '-hls_segment_filename', `${to.directory}/%05d.ts`, to.playlist],
  ];
}
