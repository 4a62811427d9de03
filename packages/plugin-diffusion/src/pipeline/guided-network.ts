import { mix } from '../schedulers/forms.ts';
import type { EncodedPrompt, EncodedPrompts } from './encode-prompts.ts';
import type { LoadedModel } from './loaded-model.ts';
import { runForFirst, type Values } from './run-network.ts';

/** How the network is asked. */
export interface GuidanceOptions {
  readonly guidance: number;
  /** Latents. */
  readonly width: number;
  readonly height: number;
  /** More channels for a network made for inpainting. */
  readonly more?: Float32Array | undefined;
  /** Asks for both prompts one after the other: half the memory, a little slower. @default false */
  readonly isSequential?: boolean | undefined;
}

/** What the network says about a sample at a timestep. */
export type GuidedNetwork = (sample: Float32Array, timestep: number) => Promise<Float32Array>;

/** Makes the network that follows a prompt, and leads away from another one. */
export function guidedNetwork(model: LoadedModel, prompts: EncodedPrompts, options: GuidanceOptions): GuidedNetwork {
  const isGuided = options.guidance > 1 && model.folder.guidanceChannels === undefined;
  if (!isGuided) return (sample, timestep) => ask(model, [prompts.prompt], { sample, timestep }, options);
  const batch = batchSize(model);
  if (batch === 1 || options.isSequential)
    return async (sample, timestep) => {
      const away = await ask(model, [prompts.negative], { sample, timestep }, options);
      const towards = await ask(model, [prompts.prompt], { sample, timestep }, options);
      return mix(towards, away, options.guidance, 1 - options.guidance);
    };
  return async (sample, timestep) => {
    const both = await ask(model, [prompts.negative, prompts.prompt], { sample, timestep }, options);
    const half = both.length / 2;
    return mix(both.subarray(half), both.subarray(0, half), options.guidance, 1 - options.guidance);
  };
}

/** The number of pictures that the network takes at once, where it is fixed. */
function batchSize({ sessions }: LoadedModel): number | undefined {
  const size = sessions.unet.inputs.find(({ name }) => name === 'sample')?.shape[0];
  return typeof size === 'number' ? size : undefined;
}

async function ask(
  model: LoadedModel,
  prompts: readonly EncodedPrompt[],
  { sample, timestep }: { sample: Float32Array; timestep: number },
  { guidance, width, height, more }: GuidanceOptions,
): Promise<Float32Array> {
  const batch = prompts.length;
  const input = more === undefined ? sample : concat([sample, more]);
  const info = (name: string) => model.sessions.unet.inputs.find((one) => one.name === name);
  const stepShape = info('timestep')?.shape ?? [];
  const perPicture = stepShape[0] !== undefined && stepShape[0] === info('sample')?.shape[0];
  const stepCount = perPicture ? batch : 1;
  const [first] = prompts as [EncodedPrompt];
  const values: Record<string, Values> = {
    sample: { dims: [batch, model.inputChannels, height, width], data: concat(prompts.map(() => input)) },
    timestep: {
      dims: stepShape.length === 0 ? [] : [stepCount],
      data: Array.from({ length: stepCount }, () => timestep),
    },
    encoder_hidden_states: {
      dims: [batch, first.length, first.width],
      data: concat(prompts.map(({ states }) => states)),
    },
  };
  if (first.pooled !== undefined) {
    const { timeIds, pixelsPerLatent } = model.folder;
    const [pixelsHigh, pixelsWide] = [height * pixelsPerLatent, width * pixelsPerLatent];
    // Size and crop of the original, then the size wanted; the refiner takes a score of beauty instead.
    const ids =
      timeIds === 5 ? [pixelsHigh, pixelsWide, 0, 0, 6] : [pixelsHigh, pixelsWide, 0, 0, pixelsHigh, pixelsWide];
    values['text_embeds'] = {
      dims: [batch, first.pooled.length],
      data: concat(prompts.map(({ pooled }) => pooled ?? new Float32Array())),
    };
    values['time_ids'] = { dims: [batch, ids.length], data: prompts.flatMap(() => ids) };
  }
  if (model.folder.guidanceChannels !== undefined)
    values['timestep_cond'] = {
      dims: [batch, model.folder.guidanceChannels],
      data: prompts.flatMap(() => guidanceEmbedding(guidance - 1, model.folder.guidanceChannels ?? 0)),
    };
  return (await runForFirst(model, 'unet', values)).data;
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

function concat(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
