import { mix } from '../schedulers/forms.ts';
import { concat, type EncodedPrompt } from './combine-states.ts';
import type { EncodedPrompts } from './encode-prompts.ts';
import type { LoadedModel } from './loaded-model.ts';
import { networkValues } from './network-values.ts';
import { unpackLatents } from './pack-latents.ts';
import { runForFirst } from './run-network.ts';

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
  const isGuided = options.guidance > 1 && model.folder.guidedBy === 'prompts';
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
function batchSize({ network }: LoadedModel): number | undefined {
  const size = network.inputs.find(({ name }) => name === 'sample' || name === 'hidden_states')?.shape[0];
  return typeof size === 'number' ? size : undefined;
}

async function ask(
  model: LoadedModel,
  prompts: readonly EncodedPrompt[],
  { sample, timestep }: { sample: Float32Array; timestep: number },
  { guidance, width, height, more }: GuidanceOptions,
): Promise<Float32Array> {
  const input = more === undefined ? sample : concat([sample, more]);
  const values = networkValues(model, prompts, { sample: input, timestep, guidance, width, height });
  const { data } = await runForFirst(model, model.folder.network, values);
  if (model.folder.family !== 'flux') return data;
  const shape = { channels: model.folder.latentChannels, width, height };
  const size = data.length / prompts.length;
  return concat(prompts.map((_, at) => unpackLatents(data.subarray(at * size, (at + 1) * size), shape)));
}
