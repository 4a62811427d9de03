/** The media type of HLS playlists. */
export const HLS_TYPE = 'application/vnd.apple.mpegurl';

/** Names a file of the result by its path in the output folder. */
export function part(name: string, mediaType: string): { $part: string; mediaType: string } {
  return { $part: name, mediaType };
}
