import type { PlannedMp4, TranscodePlan } from './transcode-plan.ts';

/** Arguments that join a rendition's segments and the sound into one MP4 with its index first. Nothing is encoded. */
export function planPackageMp4(plan: TranscodePlan, { rendition, file }: PlannedMp4): string[] {
  const video = plan.renditions.find(({ name }) => name === rendition);
  if (video === undefined) throw new TypeError(`no rendition ${rendition}`);
  const input = (playlist: string) => ['-protocol_whitelist', 'file', '-f', 'hls', '-i', `file:${playlist}`];
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-y', ...input(video.playlist)],
    ...(plan.audio === undefined ? [] : input(plan.audio.playlist)),
    ...[
      '-map',
      '0:v:0',
      ...(plan.audio === undefined ? [] : ['-map', '1:a:0']),
      '-c',
      'copy',
      '-movflags',
      '+faststart',
      '-f',
      'mp4',
      file,
    ],
  ];
}
