/**
 * Demuxers that may read a source: containers and elementary streams that name no other file. Playlists (hls, dash, concat), sdp, svg,
 * image sequences and devices are not among them.
 */
export const SOURCE_FORMATS = [
  ...[
    'mov',
    'matroska',
    'webm',
    'mpegts',
    'mpeg',
    'avi',
    'flv',
    'asf',
    'ogg',
    'mxf',
    'nut',
    'ivf',
    'gif',
    'dv',
    'gxf',
    'rm',
    'wtv',
  ],
  ...['h264', 'hevc', 'm4v', 'mpegvideo', 'yuv4mpegpipe', 'mp3', 'aac', 'wav', 'flac'],
] as const;

/** Arguments that open a file the caller sent: closed lists of protocols and formats; the path is never taken for an option. */
export function sourceArguments(path: string): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', SOURCE_FORMATS.join(','), '-i', `file:${path}`];
}
