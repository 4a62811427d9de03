import type { OutputRequestOf } from '../capability/output-request.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { PlannedRendition, TranscodePlan } from './transcode-plan.ts';

/** Names the MP4 files: one for each rendition, or for the largest only. */
export function planMp4(
  { name, renditions: which }: OutputRequestOf<'mp4'>,
  renditions: readonly PlannedRendition[],
): TranscodePlan['mp4'] {
  if (renditions.length === 0) {
    throw new TranscodeFailure({
      reason: 'nothing-to-make',
      message: 'The job asks for MP4 files, and its ladder has no renditions',
      hint: 'Ask for an `audio` output to have the sound in files.',
      recovery: 'fix-request',
    });
  }
  const files = which === 'all' ? renditions : [largest(renditions)];
  return { name, files: files.map((one) => ({ rendition: one.name, file: `${name}/${one.name}.mp4` })) };
}

function largest(renditions: readonly PlannedRendition[]): PlannedRendition {
  return renditions.reduce((best, one) => (one.width * one.height > best.width * best.height ? one : best));
}
