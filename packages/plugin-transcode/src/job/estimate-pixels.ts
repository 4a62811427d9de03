import { perTitleOf, type TranscodeInput } from '../capability/input.ts';
import type { TranscodeLimits } from './limits.ts';

const FASTEST = 240;

/**
 * An upper bound of the pixels of a job, from its input alone: the source's duration, size and rate are not known before it is probed, so
 * the plugin's limits stand in for them. A clip, a rate and a width and height for each rendition make it tight.
 */
export function estimatePixels(
  input: Pick<TranscodeInput, 'outputs' | 'ladder' | 'video' | 'clip'>,
  limits: TranscodeLimits,
): bigint {
  if (input.ladder === 'none') return 0n;
  if (!input.outputs.some(({ kind }) => ['hls', 'dash', 'mp4'].includes(kind))) return 0n;
  const asked = perTitleOf(input)?.renditions ?? input.ladder;
  const perFrame = Array.isArray(asked)
    ? asked.reduce(
        (sum, { width, height }) => sum + (width && height ? (width + 1) * (height + 1) : limits.maxSourcePixels),
        0,
      )
    : 4 * limits.maxSourcePixels;
  const seconds = Math.min(limits.maxSeconds, input.clip?.durationSeconds ?? limits.maxSeconds);
  const frames = Math.ceil(seconds * (input.video.maxFrameRate ?? FASTEST)) + 1;
  return BigInt(Math.min(limits.maxPixels, Math.ceil(perFrame * frames)));
}
