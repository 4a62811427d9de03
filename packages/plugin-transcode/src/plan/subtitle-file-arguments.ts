/** Arguments that open a file of subtitles: text alone, and formats that name no other file. */
export function subtitleFileArguments(path: string): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', 'srt,webvtt,ass', '-i', `file:${path}`];
}
