import type { TrackName } from './name-track.ts';
import type { PlannedMp4, PlannedSoundFile, PlannedStream, PlannedText } from './transcode-plan.ts';

/** What an MP4 file is made from. */
export interface PackagedStreams {
  readonly renditions: readonly (Pick<PlannedStream, 'playlist'> & { readonly name: string })[];
  readonly sounds: readonly (Pick<PlannedStream, 'playlist'> & TrackName)[];
}

/** Subtitles in a file, for an MP4. */
export interface PackagedText extends TrackName, Pick<PlannedText, 'forced' | 'isDefault'> {
  readonly path: string;
}

/** Arguments that join a rendition's segments, the sounds and the subtitles into one MP4 with its index first. Nothing is encoded. */
export function planPackageMp4(plan: PackagedStreams, mp4: PlannedMp4, texts: readonly PackagedText[] = []): string[] {
  const video = plan.renditions.find(({ name }) => name === mp4.rendition);
  if (video === undefined) throw new TypeError(`no rendition ${mp4.rendition}`);
  return [
    ...[...QUIET, ...input(video.playlist), ...plan.sounds.flatMap(({ playlist }) => input(playlist))],
    ...texts.flatMap(({ path }) => ['-protocol_whitelist', 'file', '-f', 'webvtt', '-i', `file:${path}`]),
    ...['-map', '0:v:0', ...plan.sounds.flatMap((_, at) => ['-map', `${at + 1}:a:0`])],
    ...texts.flatMap((_, at) => ['-map', `${plan.sounds.length + at + 1}:s:0`]),
    ...plan.sounds.flatMap((sound, at) => tags(sound, `a:${at}`)),
    ...texts.flatMap((text, at) => [
      ...[...tags(text, `s:${at}`), `-disposition:s:${at}`],
      [...(text.isDefault ? ['default'] : []), ...(text.forced ? ['forced'] : [])].join('+') || '0',
    ]),
    ...joined(mp4.file, texts.length > 0),
  ];
}

/** Arguments that join a sound's segments into one MP4 with its index first. Nothing is encoded. */
export function planPackageSound({ sound, file }: PlannedSoundFile): string[] {
  return [...QUIET, ...input(sound.playlist), '-map', '0:a:0', ...tags(sound, 'a:0'), ...joined(file)];
}

const QUIET = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-y'];

function input(playlist: string): string[] {
  return ['-protocol_whitelist', 'file', '-f', 'hls', '-i', `file:${playlist}`];
}

function joined(file: string, hasText = false): string[] {
  const text = hasText ? ['-c:s', 'mov_text'] : [];
  return ['-c', 'copy', ...text, '-strict', '-2', '-movflags', '+faststart', '-f', 'mp4', file];
}

function tags({ mp4Language, label }: TrackName, stream: string): string[] {
  return [
    ...(mp4Language === undefined ? [] : [`-metadata:s:${stream}`, `language=${mp4Language}`]),
    ...[`-metadata:s:${stream}`, `title=${label}`],
  ];
}
