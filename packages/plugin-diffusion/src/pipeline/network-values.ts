import type { TensorInfo } from '../runtime/tensor.ts';
import { concat, type EncodedPrompt } from './combine-states.ts';
import type { LoadedModel } from './loaded-model.ts';
import { packLatents } from './pack-latents.ts';
import type { Values } from './run-network.ts';

/** What is asked about latents at a step. */
export interface NetworkQuestion {
  /** Latents of one picture, with more channels where the network was made for inpainting. */
  readonly sample: Float32Array;
  readonly timestep: number;
  readonly guidance: number;
  /** Latents. */
  readonly width: number;
  readonly height: number;
}

/** What the network is fed, by the names of its inputs: the same latents with each of the prompts. */
export function networkValues(
  model: LoadedModel,
  prompts: readonly EncodedPrompt[],
  question: NetworkQuestion,
): Readonly<Record<string, Values>> {
  const [first] = prompts as [EncodedPrompt];
  const states: Values = {
    dims: [prompts.length, first.length, first.width],
    data: concat(prompts.map((prompt) => prompt.states)),
  };
  switch (model.folder.family) {
    case 'stable-diffusion':
    case 'stable-diffusion-xl':
      return { ...unetValues(model, prompts, question), encoder_hidden_states: states };
    case 'stable-diffusion-3':
      return { ...planeValues(model, prompts, question), encoder_hidden_states: states };
    case 'flux':
      return { ...packedValues(model, prompts, question), encoder_hidden_states: states };
  }
}

function unetValues(
  model: LoadedModel,
  prompts: readonly EncodedPrompt[],
  { sample, timestep, guidance, width, height }: NetworkQuestion,
): Record<string, Values> {
  const batch = prompts.length;
  const values: Record<string, Values> = {
    sample: { dims: [batch, model.inputChannels, height, width], data: repeat(sample, batch) },
    timestep: timestepValues(model.network.inputs, timestep, batch),
  };
  const { timeIds, pixelsPerLatent, guidanceChannels } = model.folder;
  const [first] = prompts as [EncodedPrompt];
  if (first.pooled !== undefined) {
    const [pixelsHigh, pixelsWide] = [height * pixelsPerLatent, width * pixelsPerLatent];
    // Size and crop of the original, then the size wanted; the refiner takes a score of beauty instead.
    const ids =
      timeIds === 5 ? [pixelsHigh, pixelsWide, 0, 0, 6] : [pixelsHigh, pixelsWide, 0, 0, pixelsHigh, pixelsWide];
    values['text_embeds'] = pooledValues(prompts);
    values['time_ids'] = { dims: [batch, ids.length], data: prompts.flatMap(() => ids) };
  }
  if (guidanceChannels !== undefined)
    values['timestep_cond'] = {
      dims: [batch, guidanceChannels],
      data: prompts.flatMap(() => guidanceEmbedding(guidance - 1, guidanceChannels)),
    };
  return values;
}

function planeValues(
  model: LoadedModel,
  prompts: readonly EncodedPrompt[],
  { sample, timestep, width, height }: NetworkQuestion,
): Record<string, Values> {
  const batch = prompts.length;
  return {
    hidden_states: { dims: [batch, model.inputChannels, height, width], data: repeat(sample, batch) },
    timestep: timestepValues(model.network.inputs, timestep, batch),
    pooled_projections: pooledValues(prompts),
  };
}

/** FLUX sees latents in patches, each with its place, and counts time from 0 to 1. */
function packedValues(
  model: LoadedModel,
  prompts: readonly EncodedPrompt[],
  { sample, timestep, guidance, width, height }: NetworkQuestion,
): Record<string, Values> {
  const batch = prompts.length;
  const channels = model.inputChannels;
  const [wide, patches] = [width / 2, (width / 2) * (height / 2)];
  const packed = packLatents(sample, { channels, width, height });
  const places = Array.from({ length: patches }, (_, at) => [0, Math.floor(at / wide), at % wide]).flat();
  const [first] = prompts as [EncodedPrompt];
  return {
    hidden_states: { dims: [batch, patches, channels * 4], data: repeat(packed, batch) },
    timestep: timestepValues(model.network.inputs, timestep / 1000, batch),
    guidance: { dims: [batch], data: prompts.map(() => guidance) },
    pooled_projections: pooledValues(prompts),
    img_ids: idValues(model.network.inputs, 'img_ids', places, batch),
    txt_ids: idValues(model.network.inputs, 'txt_ids', new Array(first.length * 3).fill(0), batch),
  };
}

/** Older exports take the places once for each picture. */
function idValues(inputs: readonly TensorInfo[], name: string, ids: readonly number[], batch: number): Values {
  const isPerPicture = inputs.find((input) => input.name === name)?.shape.length === 3;
  if (!isPerPicture) return { dims: [ids.length / 3, 3], data: ids };
  return { dims: [batch, ids.length / 3, 3], data: Array.from({ length: batch }, () => ids).flat() };
}

function pooledValues(prompts: readonly EncodedPrompt[]): Values {
  const pooled = prompts.map((prompt) => prompt.pooled ?? new Float32Array());
  return { dims: [prompts.length, pooled[0]?.length ?? 0], data: concat(pooled) };
}

/** One number, one in a list, or one for each picture, as the network has it. */
function timestepValues(inputs: readonly TensorInfo[], timestep: number, batch: number): Values {
  const shapeOf = (name: string) => inputs.find((input) => input.name === name)?.shape ?? [];
  const shape = shapeOf('timestep');
  const latents = shapeOf('sample').length > 0 ? shapeOf('sample') : shapeOf('hidden_states');
  const perPicture = shape[0] !== undefined && shape[0] === latents[0];
  const count = perPicture ? batch : 1;
  return { dims: shape.length === 0 ? [] : [count], data: Array.from({ length: count }, () => timestep) };
}

/** Sines and cosines of the guidance, as LCM was trained with (https://arxiv.org/abs/2310.04378). */
function guidanceEmbedding(guidance: number, channels: number): number[] {
  const half = Math.floor(channels / 2);
  const angles = Array.from(
    { length: half },
    (_, at) => guidance * 1000 * Math.exp((-at * Math.log(10_000)) / (half - 1)),
  );
  return [...angles.map(Math.sin), ...angles.map(Math.cos), ...(channels % 2 === 1 ? [0] : [])];
}

function repeat(values: Float32Array, times: number): Float32Array {
  return concat(Array.from({ length: times }, () => values));
}
