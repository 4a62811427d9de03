import { ImageFailure } from '../model/image-failure.ts';
import type { ModelFolder } from '../model/model-folder.ts';

/** Bytes for each pixel and each channel of the first block: what Stable Diffusion 1.5 was measured to take, less its attention. */
const BYTES_PER_PIXEL_CHANNEL = 24;
/** Attention holds its scores before and after they are made shares, as floats. */
const BYTES_PER_SCORE = 8;
/** A decoder's tile, and what is around. */
const BASE_BYTES = 128 * 1024 ** 2;

type MemoryFacts = Pick<ModelFolder, 'channels' | 'pixelsPerLatent' | 'attention'>;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** About how much memory one picture takes while it is made, beside the model. Attention grows with the square of the pixels. */
export function memoryOfPicture(folder: MemoryFacts, { width, height }: Size, prompts: number): number {
  const tokens = (width * height) / (folder.pixelsPerLatent * 2 ** folder.attention.halvings) ** 2;
  const scores = tokens ** 2 * folder.attention.heads * BYTES_PER_SCORE;
  return BASE_BYTES + (width * height * folder.channels * BYTES_PER_PIXEL_CHANNEL + scores) * prompts;
}

/**
 * Decides whether both prompts are asked for at once or one after the other, by the memory that is there.
 *
 * @throws ImageFailure `memory-short` when neither fits
 */
export function planMemory(
  folder: MemoryFacts,
  size: Size,
  { isGuided, availableBytes }: { isGuided: boolean; availableBytes: number },
): { isSequential: boolean } {
  if (isGuided && memoryOfPicture(folder, size, 2) <= availableBytes) return { isSequential: false };
  const least = memoryOfPicture(folder, size, 1);
  if (least <= availableBytes) return { isSequential: isGuided };
  const megabytes = (bytes: number) => Math.round(bytes / 1024 ** 2);
  throw new ImageFailure({
    reason: 'memory-short',
    message: `A picture of ${size.width} × ${size.height} takes about ${megabytes(least)} MiB; ${megabytes(availableBytes)} MiB are free here`,
    hint: 'Ask for a smaller picture, or choose another offer.',
    recovery: 'retry-other',
  });
}
