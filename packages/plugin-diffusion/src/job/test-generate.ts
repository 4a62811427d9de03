import { hashDistance, perceptualHash } from '../image/perceptual-hash.ts';
import { ImageFailure } from '../model/image-failure.ts';
import { encodePrompts } from '../pipeline/encode-prompts.ts';
import { makePicture } from './make-picture.ts';
import type { GenerateTools } from './run-generate.ts';
import { settleJob } from './settle-job.ts';

/** Bits of 64 that may differ between processors and providers. Pictures of other things differ in about 30. */
const FARTHEST = 8;
/** A picture of a model whose look is not known is small, so that starting stays quick. */
const SMALL = 256;

/**
 * Makes a picture with the default model and a known seed, and looks whether it is the right one, where the model says how it looks; else
 * whether it is a picture at all.
 *
 * @throws ImageFailure `fitness-failed`, and whatever keeps the model from running
 */
export async function testGenerate(
  { studio }: Pick<GenerateTools, 'studio'>,
  { signal, isWarmUp }: { signal: AbortSignal; isWarmUp: boolean },
): Promise<{ tookMs: number; perceptualHash: string }> {
  const startedAt = performance.now();
  const model = await studio.model(studio.defaultModel, signal);
  const { fitness } = model.folder.settings;
  const side = Math.min(model.folder.nativeSize, fitness === undefined ? SMALL : model.folder.nativeSize);
  const { prompt, seed, steps } = fitness ?? { prompt: 'a photo of a landscape', seed: 1, steps: 2 };
  const input = { width: side, height: side, seed, steps: isWarmUp ? 1 : steps };
  const asked = { guidance: undefined, scheduler: undefined, loras: [], count: 1, negativePrompt: '' };
  const settled = settleJob({ ...asked, ...input }, model.folder, () => seed);
  const prompts = await encodePrompts(model, prompt, '', signal);
  const picture = await makePicture(
    { model, prompts, settled, source: undefined },
    { seed, isSequential: false, signal, onStep: async () => {} },
  );
  const hash = await perceptualHash(picture);
  const tookMs = Math.round(performance.now() - startedAt);
  if (isWarmUp) return { tookMs, perceptualHash: hash };
  const distance = fitness === undefined ? 0 : hashDistance(hash, fitness.perceptualHash);
  if (distance > FARTHEST || isFlat(picture.pixels)) {
    throw new ImageFailure({
      reason: 'fitness-failed',
      message: `The test picture of the model \`${model.folder.name}\` is ${isFlat(picture.pixels) ? 'of one colour' : `another one: ${distance} of 64 bits differ from ${fitness?.perceptualHash}`}`,
      hint: 'Fetch the model again, or try another execution provider.',
      recovery: 'retry-other',
    });
  }
  return { tookMs, perceptualHash: hash };
}

function isFlat(pixels: Uint8Array): boolean {
  return pixels.every((value, at) => value === pixels[at % 3]);
}
