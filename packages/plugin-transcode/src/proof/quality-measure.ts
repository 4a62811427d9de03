import type { TranscodeInput } from '../capability/input.ts';

/** A way to compare pictures with the source. */
export type QualityMeasure = 'psnr' | 'ssim' | 'vmaf';

/** The filter of ffmpeg that does it. */
export const QUALITY_FILTERS: Readonly<Record<QualityMeasure, string>> = {
  psnr: 'psnr',
  ssim: 'ssim',
  vmaf: 'libvmaf',
};

/** What was measured of one rendition. */
export type MeasuredQuality = Readonly<Partial<Record<QualityMeasure, number>>>;

/** What a job asks to measure, in a fixed order. */
export function askedMeasures({ quality }: Pick<TranscodeInput, 'quality'>): QualityMeasure[] {
  return (['psnr', 'ssim', 'vmaf'] as const).filter((measure) => quality[measure]);
}
