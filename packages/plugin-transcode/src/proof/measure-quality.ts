import type { TranscodeInput } from '../capability/input.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../ffmpeg/map-failure.ts';
import { type RunProgramOptions, runProgram } from '../ffmpeg/run-program.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';
import { measuresVmaf } from './measures-vmaf.ts';
import { parseQuality } from './parse-quality.ts';
import { planQuality } from './plan-quality.ts';
import { askedMeasures, type MeasuredQuality } from './quality-measure.ts';

export interface MeasureQualityInput {
  readonly found: FoundFfmpeg;
  readonly plan: TranscodePlan;
  readonly input: TranscodeInput;
  readonly path: string;
  readonly maxPixels?: number | undefined;
}

/** What the renditions are worth against the source. */
export interface QualityReport {
  /** In the plan's order. */
  readonly renditions: readonly MeasuredQuality[];
  /** What was asked for and could not be measured. */
  readonly warnings: readonly string[];
}

/** Measures what the job asks for. @throws TranscodeFailure when ffmpeg fails */
export async function measureQuality(
  { found, plan, input, ...source }: MeasureQualityInput,
  options: RunProgramOptions,
): Promise<QualityReport> {
  const asked = askedMeasures(input);
  const canVmaf = asked.includes('vmaf') && (await measuresVmaf(found, options.signal));
  const measures = asked.filter((measure) => measure !== 'vmaf' || canVmaf);
  const warnings =
    asked.length === measures.length ? [] : ['VMAF was not measured: this ffmpeg has no libvmaf that works.'];
  if (measures.length === 0) return { renditions: plan.renditions.map(() => ({})), warnings };
  const measured = await runProgram(found.ffmpeg.path, planQuality(plan, input, source, measures), options);
  if (measured.exitCode !== 0) throw mapFailure(measured.stderr, measured);
  const renditions = parseQuality(measured.stderr, plan.renditions.length, measures);
  for (const measure of measures) {
    const missing = renditions.filter((one) => one[measure] === undefined).length;
    if (missing > 0) warnings.push(`${measure.toUpperCase()} could not be measured for ${missing} renditions.`);
  }
  return { renditions, warnings };
}
