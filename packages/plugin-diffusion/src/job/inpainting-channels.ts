import { ImageFailure } from '../model/image-failure.ts';
import { encodePicture } from '../pipeline/encode-picture.ts';
import type { LoadedModel } from '../pipeline/loaded-model.ts';
import { maskOfLatents, type Source } from './read-source.ts';

/**
 * What a network made for inpainting takes beside its latents: the mask, and the picture without what is to be painted. Undefined for others.
 *
 * @throws ImageFailure `model-unfit` where the job has no mask
 */
export async function inpaintingChannels(
  model: LoadedModel,
  source: Pick<Source, 'picture' | 'mask'> | undefined,
): Promise<Float32Array | undefined> {
  const { latentChannels, pixelsPerLatent, name } = model.folder;
  if (model.inputChannels === latentChannels) return undefined;
  if (source?.mask === undefined) {
    throw new ImageFailure({
      reason: 'model-unfit',
      message: `The model \`${name}\` was made for inpainting; the job has no \`source\` with a \`mask\``,
      hint: 'Send both, or take a model for text to image.',
    });
  }
  const { picture, mask } = source;
  const kept = await encodePicture(model, picture, mask);
  const painted = maskOfLatents(mask, { ...picture, scale: pixelsPerLatent });
  const more = new Float32Array(painted.length + kept.length);
  more.set(painted);
  more.set(kept, painted.length);
  return more;
}
