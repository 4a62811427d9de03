/** Arguments that put a joined stream, and the sound, into one MP4 with its index first. Nothing is encoded. */
export function packageArguments(playlist: string, soundPlaylist: string | undefined, target: string): string[] {
  const input = (path: string) => ['-protocol_whitelist', 'file', '-f', 'hls', '-i', `file:${path}`];
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-y', ...input(playlist)],
    ...(soundPlaylist === undefined ? [] : input(soundPlaylist)),
    ...['-map', '0:v:0', ...(soundPlaylist === undefined ? [] : ['-map', '1:a:0'])],
    ...['-c', 'copy', '-movflags', '+faststart', '-f', 'mp4', target],
  ];
}
