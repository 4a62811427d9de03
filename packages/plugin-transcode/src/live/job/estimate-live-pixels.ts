import type { TranscodeLimits } from '../../job/limits.ts';
import type { LiveInput } from '../live-capability.ts';

const FASTEST = 240;

/** The most pixels that a stream can count: `maxSeconds`, a frame rate and a width and height for each rendition make it tight. */
export function estimateLivePixels(
  input: Pick<LiveInput, 'ladder' | 'video' | 'maxSeconds'>,
  limits: Pick<TranscodeLimits, 'maxSourcePixels' | 'maxPixels'>,
): bigint {
  const perFrame =
    input.ladder === 'auto'
      ? 4 * limits.maxSourcePixels
      : input.ladder.reduce(
          (sum, { width, height }) => sum + (width && height ? (width + 1) * (height + 1) : limits.maxSourcePixels),
          0,
        );
  const frames = Math.ceil(input.maxSeconds * (input.video.maxFrameRate ?? FASTEST)) + 1;
  return BigInt(Math.min(limits.maxPixels, Math.ceil(perFrame * frames)));
}
