import { generate } from '../capability/generate.ts';
import type { ImageEngine } from '../engine/image-engine.ts';
import { openEnginePicture } from '../image/open-engine-picture.ts';
import { hashDistance, perceptualHash } from '../image/perceptual-hash.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { Picture } from '../pipeline/picture.ts';
import type { DiffusionLimits } from './limits.ts';

/** Bits of 64 that may differ between processors and providers. Pictures of other things differ in about 30. */
const FARTHEST = 8;

/**
 * Makes the engine's test picture, and looks whether it is the right one, where it is known how it looks; else whether it is a picture at all.
 * A warm-up takes one step and does not look.
 *
 * @throws ImageFailure `fitness-failed`, and whatever keeps the engine from working
 */
export async function testEngine(
  engine: ImageEngine,
  { signal, limits, isWarmUp }: { signal: AbortSignal; limits: DiffusionLimits; isWarmUp: boolean },
): Promise<{ tookMs: number; perceptualHash: string }> {
  const startedAt = performance.now();
  const proof = await engine.proof(signal);
  const input = generate.schemas.input.parse({ ...proof.input, ...(isWarmUp ? { steps: 1 } : {}) });
  const file = () => Promise.reject(new Error('there are no pictures'));
  let picture: Picture | undefined;
  for await (const step of engine.generate({ input, seed: proof.seed, limits, signal, file }))
    if (step.type === 'picture') picture = await openEnginePicture(step.picture, limits);
  if (picture === undefined) throw new Error('the engine made no picture');
  const hash = await perceptualHash(picture);
  const tookMs = Math.round(performance.now() - startedAt);
  if (isWarmUp) return { tookMs, perceptualHash: hash };
  const known = proof.perceptualHash;
  const distance = known === undefined ? 0 : hashDistance(hash, known);
  const isFlat = isOfOneColour(picture);
  if (distance > FARTHEST || isFlat) {
    const model = proof.input.model ?? engine.models()[0]?.name;
    throw new ImageFailure({
      reason: 'fitness-failed',
      message: `The test picture of the model \`${model}\` is ${isFlat ? 'of one colour' : `another one: ${distance} of 64 bits differ from ${known}`}`,
      hint: 'Fetch the model again, or try another execution provider.',
      recovery: 'retry-other',
    });
  }
  return { tookMs, perceptualHash: hash };
}

function isOfOneColour({ pixels }: Picture): boolean {
  return pixels.every((value, at) => value === pixels[at % 3]);
}
