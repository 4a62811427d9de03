import type { TranscodeInput } from '../capability/input.ts';
import { decoderArguments } from '../plan/decoder-arguments.ts';
import { sourceArguments } from '../plan/source-arguments.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';
import { QUALITY_FILTERS, type QualityMeasure } from './quality-measure.ts';

/** Arguments that compare every rendition with the source in one pass, frame n with frame n, by each of the measures. */
export function planQuality(
  plan: TranscodePlan,
  input: Pick<TranscodeInput, 'clip'>,
  source: { path: string; maxPixels?: number | undefined },
  measures: readonly QualityMeasure[],
): string[] {
  const args = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info', '-progress', 'pipe:3', '-y'];
  if (input.clip !== undefined) args.push('-ss', String(input.clip.startSeconds));
  if (input.clip?.durationSeconds !== undefined) args.push('-t', String(input.clip.durationSeconds));
  args.push(...decoderArguments(source.maxPixels, plan.video), ...sourceArguments(source.path));
  for (const { playlist } of plan.renditions)
    args.push('-protocol_whitelist', 'file', '-f', 'hls', '-i', `file:${playlist}`);
  const { chain: pictures } = plan;
  if (pictures === undefined) return args;
  // Only the order of pictures counts.
  const count = 'settb=1/25,setpts=N';
  const split = (labels: readonly string[]) => `split=${labels.length}${labels.map((label) => `[${label}]`).join('')}`;
  const all = plan.renditions.map((_, at) => `s${at}`);
  const chains = [`${pictures.shared(plan.renditions)},${split(all)}`];
  for (const [at, rendition] of plan.renditions.entries()) {
    const ends = (side: string) => measures.map((measure) => `${side}${at}${measure}`);
    chains.push(
      `[s${at}]${pictures.rendition(rendition, `v${at}`)},${count},${split(ends('r'))}`,
      `[${at + 1}:v:0]${count},setsar=1,format=${rendition.pixelFormat},${split(ends('d'))}`,
      ...measures.map((measure) => {
        const filter = `${QUALITY_FILTERS[measure]}@${measure}${at}`;
        return `[d${at}${measure}][r${at}${measure}]${filter}=shortest=1[q${at}${measure}]`;
      }),
    );
  }
  args.push('-filter_complex', chains.join(';'));
  for (const at of plan.renditions.keys())
    for (const measure of measures) args.push('-map', `[q${at}${measure}]`, '-f', 'null', '-');
  return args;
}
