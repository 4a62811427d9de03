import type { VideoStream } from '../media/media-probe.ts';
import { alphaDecoder } from './picture/alpha-filters.ts';

/**
 * Arguments, before a source that is decoded. Its pictures may change in size midway: the filters go on (`scale` takes every size), where
 * a new graph would count the time from the start again. And they may not grow without a bound.
 */
export function decoderArguments(maxPixels: number | undefined, video?: VideoStream): string[] {
  // Coded sides are rounded up to 16: twice as many pixels cover that for every shape.
  const bound = maxPixels === undefined ? [] : ['-max_pixels', String(Math.min(2 ** 31 - 1, Math.ceil(maxPixels * 2)))];
  return ['-reinit_filter', '0', ...bound, ...alphaDecoder(video)];
}
