import type { LoadedModel } from './loaded-model.ts';
import { type Picture, toPlanes } from './picture.ts';
import { runForFirst } from './run-network.ts';

/** Turns a picture into latents: the mean of what the encoder believes. Where `hidden` is 1, one value a pixel, it sees nothing. */
export async function encodePicture(model: LoadedModel, picture: Picture, hidden?: Uint8Array): Promise<Float32Array> {
  const { latentChannels, scalingFactor, shiftFactor } = model.folder;
  const dims = [1, 3, picture.height, picture.width];
  const planes = toPlanes(picture);
  const seen =
    hidden === undefined ? planes : planes.map((value, at) => (hidden[at % hidden.length] === 1 ? 0 : value));
  const { dims: given, data } = await runForFirst(model, 'vae_encoder', { sample: { dims, data: seen } });
  // Mean and log-variance, one after the other; older exports give the latents alone.
  const mean = given[1] === 2 * latentChannels ? data.subarray(0, data.length / 2) : data;
  return mean.map((value) => (value - shiftFactor) * scalingFactor);
}
