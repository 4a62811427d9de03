import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../ffmpeg/map-failure.ts';
import { type RunProgramOptions, runProgram } from '../ffmpeg/run-program.ts';
import { type Loudness, parseLoudness } from '../media/parse-loudness.ts';
import { measureArguments } from '../plan/loudness-arguments.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';

/** Measures one stream of what `open` opens, by EBU R 128; undefined of silence. @throws TranscodeFailure */
async function measureLoudness(
  found: FoundFfmpeg,
  open: readonly string[],
  stream: string,
  options: RunProgramOptions,
): Promise<Loudness | undefined> {
  const ended = await runProgram(found.ffmpeg.path, measureArguments(open, stream), options);
  if (ended.exitCode !== 0) throw mapFailure(ended.stderr, ended);
  return parseLoudness(ended.stderr);
}

/** Measures the sounds that a plan is to normalize, in the source; by the number of their stream. */
export async function measureSource(
  found: FoundFfmpeg,
  plan: Pick<TranscodePlan, 'sounds' | 'open'>,
  options: RunProgramOptions,
): Promise<ReadonlyMap<number, Loudness>> {
  const measured = new Map<number, Loudness>();
  for (const { index, loudness } of plan.sounds) {
    if (loudness === undefined) continue;
    const one = await measureLoudness(found, plan.open, `0:${index}`, options);
    if (one !== undefined) measured.set(index, one);
  }
  return measured;
}

/** Measures the sounds that were normalized, as they were encoded; in the plan's order. */
export async function measureResult(
  found: FoundFfmpeg,
  plan: Pick<TranscodePlan, 'sounds'>,
  options: RunProgramOptions,
): Promise<readonly (Loudness | undefined)[]> {
  const measured: (Loudness | undefined)[] = [];
  for (const { playlist, normalization } of plan.sounds) {
    const open = ['-protocol_whitelist', 'file', '-f', 'hls', '-i', `file:${playlist}`];
    measured.push(normalization === undefined ? undefined : await measureLoudness(found, open, '0:a:0', options));
  }
  return measured;
}
