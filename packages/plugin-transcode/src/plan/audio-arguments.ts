import { loudnessFilter } from './loudness-arguments.ts';
import type { PlannedSound } from './transcode-plan.ts';

/** Arguments of the sound encoder. Gaps in the source become silence, so that sound stays with the pictures. */
export function audioArguments(
  sound: Pick<PlannedSound, 'codec' | 'bitrate' | 'channels' | 'sampleRate' | 'normalization'>,
): string[] {
  if (sound.codec === 'copy') return ['-c:a', 'copy'];
  const encoder = sound.codec === 'aac' ? 'aac' : 'libopus';
  const layout = sound.channels === 6 ? '5.1' : sound.channels === 2 ? 'stereo' : 'mono';
  const filters = [
    ...(sound.normalization === undefined ? [] : [loudnessFilter(sound.normalization)]),
    'aresample=async=1:first_pts=0',
    `aformat=channel_layouts=${layout}`,
  ];
  return [
    ...['-af', filters.join(','), '-c:a', encoder, '-b:a', String(sound.bitrate)],
    ...['-ac', String(sound.channels), '-ar', String(sound.sampleRate)],
  ];
}
