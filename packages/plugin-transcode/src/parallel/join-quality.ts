import type { RenditionResult } from '../capability/output.ts';

type Quality = Pick<RenditionResult, 'psnr' | 'ssim' | 'vmaf'>;

/** The quality of a whole from that of its pieces: errors averaged over frames for PSNR, the figure itself for the others. Pure. */
export function joinQuality(pieces: readonly (Quality & { readonly frames: number })[]): Quality {
  const frames = pieces.reduce((sum, piece) => sum + piece.frames, 0);
  const mean = (measure: keyof Quality, map: (value: number) => number) => {
    const values = pieces.map((piece) => piece[measure]);
    if (frames === 0 || values.some((value) => value === undefined)) return undefined;
    return pieces.reduce((sum, piece, at) => sum + map(values[at] as number) * piece.frames, 0) / frames;
  };
  // 100 stands for no error at all.
  const error = mean('psnr', (decibels) => (decibels >= 100 ? 0 : 10 ** (-decibels / 10)));
  const [ssim, vmaf] = [mean('ssim', (value) => value), mean('vmaf', (value) => value)];
  const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
  return {
    ...(error === undefined ? {} : { psnr: error === 0 ? 100 : rounded(Math.min(100, -10 * Math.log10(error)), 3) }),
    ...(ssim === undefined ? {} : { ssim: rounded(ssim, 6) }),
    ...(vmaf === undefined ? {} : { vmaf: rounded(vmaf, 3) }),
  };
}
