import { decodeLatents } from './decode-latents.ts';
import type { LoadedModel } from './loaded-model.ts';
import { fromPlanes, type Picture } from './picture.ts';

/** About what each of Stable Diffusion's four latent channels adds to red, green and blue, as its community has fitted it. */
const LINEAR: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  'stable-diffusion': [
    [0.3512, 0.2297, 0.3227],
    [0.325, 0.4974, 0.235],
    [-0.2829, 0.1762, 0.2721],
    [-0.212, -0.2616, -0.7177],
  ],
  'stable-diffusion-xl': [
    [0.3651, 0.4232, 0.4341],
    [-0.2533, -0.0042, 0.1068],
    [0.1076, 0.1111, -0.0362],
    [-0.3165, -0.2492, -0.2188],
  ],
};

/** A picture of unfinished latents: by a cheap guess for four channels, by the decoder for others. */
export async function previewLatents(
  model: LoadedModel,
  latents: Float32Array,
  size: { width: number; height: number; signal: AbortSignal },
): Promise<Picture> {
  const { width, height } = size;
  const factors = LINEAR[model.folder.family];
  if (factors?.length !== model.folder.latentChannels) return decodeLatents(model, latents, size);
  const area = width * height;
  const planes = new Float32Array(3 * area);
  for (let colour = 0; colour < 3; colour += 1)
    for (let at = 0; at < area; at += 1)
      planes[colour * area + at] = factors.reduce(
        (sum, factor, channel) => sum + (factor[colour] as number) * (latents[channel * area + at] as number),
        0,
      );
  return fromPlanes(planes, width, height);
}
