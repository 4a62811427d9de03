import { join } from 'node:path';
import type { JobContext } from '@byoc/core';
import type { TranscodeInput } from '../capability/input.ts';
import type { transcode } from '../capability.ts';
import type { Cue } from '../media/cue.ts';
import { type WrittenText, writeText, writtenTexts } from '../packaging/write-texts.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';
import type { StreamFacts } from './read-stream.ts';

export interface PlaceTextsInput {
  readonly plan: Pick<TranscodePlan, 'texts' | 'mp4'>;
  /** In the plan's order, with the times of the source. */
  readonly cues: readonly (readonly Cue[])[];
  readonly input: Pick<TranscodeInput, 'clip'>;
  /** Of all streams: subtitles end with the longest. */
  readonly facts: readonly Pick<StreamFacts, 'seconds'>[];
  readonly dir: Pick<JobContext<typeof transcode>['dir'], 'out' | 'tmp'>;
}

/** Writes the subtitles that are wanted whole: as files of the result, and for MP4. */
export async function placeTexts({
  plan,
  cues,
  input,
  facts,
  dir,
}: PlaceTextsInput): Promise<(WrittenText & { path: string })[]> {
  const longest = facts.reduce((most, { seconds }) => Math.max(most, seconds), 0);
  const durationSeconds = Math.min(longest, input.clip?.durationSeconds ?? longest);
  const startSeconds = input.clip?.startSeconds ?? 0;
  const placed = writtenTexts(plan.texts, cues, { startSeconds, durationSeconds }).map((text) => ({
    ...text,
    path: join(dir.tmp, `${text.name}.vtt`),
  }));
  for (const text of placed) {
    if (text.file !== undefined) await writeText(join(dir.out, text.file), text);
    if (plan.mp4 !== undefined) await writeText(text.path, text);
  }
  return placed;
}
