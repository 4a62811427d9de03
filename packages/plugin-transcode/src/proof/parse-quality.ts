import type { MeasuredQuality, QualityMeasure } from './quality-measure.ts';
import { QUALITY_FILTERS } from './quality-measure.ts';

/** Where each filter prints its average. */
const PATTERNS: Readonly<Record<QualityMeasure, string>> = {
  psnr: 'PSNR .*average:([\\d.]+|inf)',
  ssim: 'SSIM .*All:([\\d.]+)',
  vmaf: 'VMAF score: ([\\d.]+)',
};

/** Reads the averages that ffmpeg prints, in the order of the renditions. PSNR is 100 where nothing differs. */
export function parseQuality(
  stderr: string,
  renditions: number,
  measures: readonly QualityMeasure[],
): MeasuredQuality[] {
  return Array.from({ length: renditions }, (_, at) =>
    Object.fromEntries(
      measures.flatMap((measure): [string, number][] => {
        const name = `${QUALITY_FILTERS[measure]}@${measure}${at}`;
        const value = new RegExp(`\\[${name} @ [^\\]]*\\] ${PATTERNS[measure]}`).exec(stderr)?.[1];
        if (value === undefined) return [];
        return [[measure, value === 'inf' ? 100 : Math.min(measure === 'ssim' ? 1 : 100, Number(value))]];
      }),
    ),
  );
}
