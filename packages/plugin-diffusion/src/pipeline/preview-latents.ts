import type { LatentGuess } from '../model/model-settings.ts';
import { decodeLatents } from './decode-latents.ts';
import { guessPicture } from './guess-picture.ts';
import type { LoadedModel } from './loaded-model.ts';
import type { Picture } from './picture.ts';

/** About what each of Stable Diffusion's four latent channels adds to red, green and blue, as its community has fitted it. */
const KNOWN: Readonly<Record<string, LatentGuess>> = {
  'stable-diffusion': {
    scale: 1,
    bias: [0, 0, 0],
    factors: [
      [0.3512, 0.2297, 0.3227],
      [0.325, 0.4974, 0.235],
      [-0.2829, 0.1762, 0.2721],
      [-0.212, -0.2616, -0.7177],
    ],
  },
  'stable-diffusion-xl': {
    scale: 1,
    bias: [0, 0, 0],
    factors: [
      [0.3651, 0.4232, 0.4341],
      [-0.2533, -0.0042, 0.1068],
      [0.1076, 0.1111, -0.0362],
      [-0.3165, -0.2492, -0.2188],
    ],
  },
};

/** A picture of unfinished latents: by the guess that the model brings or its family is known for, else by its decoder. */
export async function previewLatents(
  model: LoadedModel,
  latents: Float32Array,
  size: { width: number; height: number; signal: AbortSignal },
): Promise<Picture> {
  const { family, latentChannels, settings } = model.folder;
  const guess = [settings.preview, KNOWN[family]].find((one) => one?.factors.length === latentChannels);
  return guess === undefined ? decodeLatents(model, latents, size) : guessPicture(latents, guess, size);
}
