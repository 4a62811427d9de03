import type { Fraction } from '../media/fraction.ts';
import type { VideoStream } from '../media/media-probe.ts';

const STANDARD: readonly Fraction[] = [
  ...[10, 12, 15, 24, 25, 30, 48, 50, 60, 90, 100, 120].map((num) => ({ num, den: 1 })),
  ...[24, 30, 48, 60, 120].map((num) => ({ num: num * 1000, den: 1001 })),
];

const hertz = ({ num, den }: Fraction) => num / den;

/**
 * Picks the constant rate that every rendition has: the source's, or the standard one next to a source that varies. `factor` is 2 where
 * each field becomes a picture.
 */
export function selectFrameRate(
  video: Pick<VideoStream, 'averageRate' | 'realRate'>,
  maxFrameRate?: number,
  factor: 1 | 2 = 1,
): Fraction {
  const one = sourceRate(video);
  const rate = factor === 1 ? one : one.den % 2 === 0 ? { ...one, den: one.den / 2 } : { ...one, num: one.num * 2 };
  if (maxFrameRate === undefined || hertz(rate) <= maxFrameRate) return rate;
  // A whole part of the source's rate drops frames evenly.
  const divisor = Math.ceil(hertz(rate) / maxFrameRate - 1e-9);
  return { num: rate.num, den: rate.den * divisor };
}

function sourceRate({ averageRate, realRate }: Pick<VideoStream, 'averageRate' | 'realRate'>): Fraction {
  const average = averageRate ?? realRate ?? { num: 25, den: 1 };
  if (realRate !== undefined && Math.abs(hertz(realRate) / hertz(average) - 1) < 0.005) return realRate;
  const near = STANDARD.reduce((best, one) => (distance(one, average) < distance(best, average) ? one : best));
  if (distance(near, average) < 0.01) return near;
  const value = Math.min(240, Math.max(1, hertz(average)));
  return { num: Math.round(value * 1000), den: 1000 };
}

function distance(one: Fraction, other: Fraction): number {
  return Math.abs(hertz(one) / hertz(other) - 1);
}
