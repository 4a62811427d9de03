import type { LatentGuess } from '../model/model-settings.ts';
import { fromPlanes, type Picture } from './picture.ts';

/** About what latents look like, `scale` pixels for each, without any network. */
export function guessPicture(
  latents: Float32Array,
  { scale, bias, factors }: LatentGuess,
  { width, height }: { readonly width: number; readonly height: number },
): Picture {
  const [wide, high] = [width * scale, height * scale];
  const planes = new Float32Array(3 * wide * high);
  for (let y = 0; y < high; y += 1)
    for (let x = 0; x < wide; x += 1) {
      const latent = Math.floor(y / scale) * width + Math.floor(x / scale);
      const pixel = (y % scale) * scale + (x % scale);
      for (let colour = 0; colour < 3; colour += 1) {
        const at = pixel * 3 + colour;
        let sum = bias[at] as number;
        for (const [channel, factor] of factors.entries())
          sum += (factor[at] as number) * (latents[channel * width * height + latent] as number);
        planes[colour * wide * high + y * wide + x] = sum;
      }
    }
  return fromPlanes(planes, wide, high);
}
