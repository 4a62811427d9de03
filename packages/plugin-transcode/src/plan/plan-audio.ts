import type { TranscodeInput } from '../capability/input.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import { streamAt } from './stream-at.ts';
import type { PlannedAudio } from './transcode-plan.ts';

/** Plans the sound: one stream that all renditions share; none when the source has none. `folder` is relative to the output folder. */
export function planAudio(
  input: Pick<TranscodeInput, 'audio'>,
  probe: MediaProbe,
  folder: string,
): PlannedAudio | undefined {
  if (input.audio.codec !== 'aac' || probe.audio === undefined) return undefined;
  const { index } = probe.audio;
  const channels = Math.min(input.audio.channels, probe.audio.channels);
  return { ...streamAt(`${folder}/audio`), ...input.audio, channels, index };
}
