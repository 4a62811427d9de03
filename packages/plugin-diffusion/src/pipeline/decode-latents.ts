import { ImageFailure } from '../model/image-failure.ts';
import type { LoadedModel } from './loaded-model.ts';
import { fromPlanes, type Picture } from './picture.ts';
import { planTiles } from './plan-tiles.ts';
import { runForFirst } from './run-network.ts';

/**
 * Latents that are decoded at once; larger pictures are decoded in tiles, so that memory stays bounded. 1024 × 1024 pixels are nine tiles, as
 * they would be with 64 × 64, each of which takes a quarter less memory and time.
 */
const TILE = { width: 56, height: 56 };
/** Up to this, one run costs less memory than tiles cost time. */
const WHOLE = 80;
/** Latents that neighbouring tiles share and fade over. */
const OVERLAP = 16;

export interface DecodeOptions {
  /** Latents. */
  readonly width: number;
  readonly height: number;
  readonly signal: AbortSignal;
  /** Latents of the longer side up to which there are no tiles. @default 80 */
  readonly wholeUpTo?: number | undefined;
}

/** Turns latents into a picture. @throws ImageFailure when they are no numbers */
export async function decodeLatents(
  model: LoadedModel,
  latents: Float32Array,
  { width, height, signal, wholeUpTo = WHOLE }: DecodeOptions,
): Promise<Picture> {
  const { latentChannels, scalingFactor, shiftFactor, pixelsPerLatent } = model.folder;
  const scaled = latents.map((value) => value / scalingFactor + shiftFactor);
  const [wide, high] = [width * pixelsPerLatent, height * pixelsPerLatent];
  const decode = async (part: Float32Array, partWidth: number, partHeight: number) => {
    signal.throwIfAborted();
    const dims = [1, latentChannels, partHeight, partWidth];
    return (await runForFirst(model, 'vae_decoder', { latent_sample: { dims, data: part } })).data;
  };
  if (Math.max(width, height) <= wholeUpTo) {
    const planes = await decode(scaled, width, height);
    checkFinite(planes, model);
    return fromPlanes(planes, wide, high);
  }
  const sum = new Float32Array(3 * wide * high);
  const weights = new Float32Array(wide * high);
  for (const tile of planTiles({ width, height, tile: TILE, overlap: OVERLAP })) {
    const part = cut(scaled, { ...tile, channels: latentChannels, fullWidth: width, fullHeight: height });
    const planes = await decode(part, tile.width, tile.height);
    checkFinite(planes, model);
    blend({ sum, weights, wide, high }, planes, tile, pixelsPerLatent);
  }
  for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] as number) / (weights[at % weights.length] as number);
  return fromPlanes(sum, wide, high);
}

interface TilePlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function cut(
  latents: Float32Array,
  place: TilePlace & { channels: number; fullWidth: number; fullHeight: number },
): Float32Array {
  const { left, top, width, height, channels, fullWidth, fullHeight } = place;
  const part = new Float32Array(channels * width * height);
  for (let channel = 0; channel < channels; channel += 1)
    for (let row = 0; row < height; row += 1) {
      const from = channel * fullWidth * fullHeight + (top + row) * fullWidth + left;
      part.set(latents.subarray(from, from + width), (channel * height + row) * width);
    }
  return part;
}

/** Adds a tile, weighed so that it fades where the next one begins. */
function blend(
  into: { sum: Float32Array; weights: Float32Array; wide: number; high: number },
  planes: Float32Array,
  tile: TilePlace,
  scale: number,
): void {
  const [width, height] = [tile.width * scale, tile.height * scale];
  const ramp = OVERLAP * scale;
  const edge = (at: number, size: number) => Math.min(1, (at + 0.5) / ramp, (size - at - 0.5) / ramp);
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1) {
      const weight = edge(row, height) * edge(column, width);
      const place = (tile.top * scale + row) * into.wide + tile.left * scale + column;
      into.weights[place] = (into.weights[place] as number) + weight;
      for (let colour = 0; colour < 3; colour += 1) {
        const plane = colour * into.wide * into.high + place;
        const value = planes[(colour * height + row) * width + column] as number;
        into.sum[plane] = (into.sum[plane] as number) + weight * value;
      }
    }
}

function checkFinite(values: Float32Array, model: LoadedModel): void {
  if (isFiniteAll(values)) return;
  throw notFinite(model, 'The decoder of');
}

/** Whether all of them are numbers. */
export function isFiniteAll(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at += 1) if (!Number.isFinite(values[at] as number)) return false;
  return true;
}

/** The model computed what is no number: no picture comes of that. */
export function notFinite({ folder }: LoadedModel, where: string): ImageFailure {
  return new ImageFailure({
    reason: 'result-not-finite',
    message: `${where} the model \`${folder.name}\` gave values that are no numbers`,
    hint: 'Ask for less guidance or another scheduler, or choose an offer that runs the model in float32.',
    recovery: 'retry-other',
  });
}
