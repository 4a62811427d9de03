import type { PlannedMp4, PlannedSoundFile, TranscodePlan } from './transcode-plan.ts';

/** Arguments that join a rendition's segments and the sounds into one MP4 with its index first. Nothing is encoded. */
export function planPackageMp4(plan: Pick<TranscodePlan, 'renditions' | 'sounds'>, mp4: PlannedMp4): string[] {
  const video = plan.renditions.find(({ name }) => name === mp4.rendition);
  if (video === undefined) throw new TypeError(`no rendition ${mp4.rendition}`);
  return [
    ...[...QUIET, ...input(video.playlist), ...plan.sounds.flatMap(({ playlist }) => input(playlist))],
    ...['-map', '0:v:0', ...plan.sounds.flatMap((_, at) => ['-map', `${at + 1}:a:0`])],
    ...plan.sounds.flatMap((sound, at) => tags(sound, at)),
    ...joined(mp4.file),
  ];
}

/** Arguments that join a sound's segments into one MP4 with its index first. Nothing is encoded. */
export function planPackageSound({ sound, file }: PlannedSoundFile): string[] {
  return [...QUIET, ...input(sound.playlist), '-map', '0:a:0', ...tags(sound, 0), ...joined(file)];
}

const QUIET = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-y'];

function input(playlist: string): string[] {
  return ['-protocol_whitelist', 'file', '-f', 'hls', '-i', `file:${playlist}`];
}

function joined(file: string): string[] {
  return ['-c', 'copy', '-strict', '-2', '-movflags', '+faststart', '-f', 'mp4', file];
}

function tags({ mp4Language, label }: PlannedSoundFile['sound'], at: number): string[] {
  return [
    ...(mp4Language === undefined ? [] : [`-metadata:s:a:${at}`, `language=${mp4Language}`]),
    ...[`-metadata:s:a:${at}`, `title=${label}`],
  ];
}
