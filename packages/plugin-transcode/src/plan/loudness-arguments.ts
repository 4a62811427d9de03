import type { LoudnessTarget } from '../capability/audio-settings.ts';
import type { Loudness } from '../media/parse-loudness.ts';
import { decimal } from './decimal.ts';

/** What a sound is to become, and what it is. */
export interface Normalization {
  readonly target: LoudnessTarget;
  readonly measured: Loudness;
}

/** Arguments that measure one stream of what `open` opens; the report is printed. */
export function measureArguments(open: readonly string[], stream: string): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info', ...open, '-map', stream],
    ...['-af', 'loudnorm=print_format=json', '-f', 'null', '-'],
  ];
}

/** The second pass: one gain over the whole where the peaks allow it. */
export function loudnessFilter({ target, measured }: Normalization): string {
  const fields = {
    ...{ I: target.integrated, TP: target.truePeak, LRA: target.range },
    ...{ measured_I: measured.integrated, measured_TP: measured.truePeak },
    ...{ measured_LRA: measured.range, measured_thresh: measured.threshold },
  };
  const list = Object.entries(fields).map(([name, value]) => `${name}=${decimal(value)}`);
  return `loudnorm=${list.join(':')}:linear=true`;
}
