import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { mergeAdapters } from '../adapters/merge-adapters.ts';
import type { WeighedAdapter } from '../adapters/weighed-adapter.ts';
import { readClipTokenizer } from '../model/clip-tokenizer.ts';
import { hashModel } from '../model/hash-model.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { ModelFolder, ModelPart } from '../model/model-folder.ts';
import { readT5Tokenizer } from '../model/t5-tokenizer.ts';
import type { OnnxRuntime, OnnxSession } from '../runtime/onnx-runtime.ts';
import type { LoadedModel } from './loaded-model.ts';
import { mapOnnxFailure } from './map-onnx-failure.ts';

export interface LoadModelOptions {
  readonly threads: number;
  /** Merged into its weights. @default none */
  readonly adapters?: readonly WeighedAdapter[] | undefined;
  readonly signal: AbortSignal;
}

/** Loads every network of a model, and its tokenizers. @throws ImageFailure */
export async function loadModel(
  runtime: OnnxRuntime,
  folder: ModelFolder,
  { threads, adapters = [], signal }: LoadModelOptions,
): Promise<LoadedModel> {
  const ofFiles = await hashModel(folder, signal);
  const digest = adapters.length === 0 ? ofFiles : digestWith(ofFiles, adapters);
  const merged = adapters.length === 0 ? undefined : await mergeAdapters(folder, adapters, signal);
  const sessions: Partial<Record<ModelPart, OnnxSession>> = {};
  const close = async () => {
    for (const session of Object.values(sessions)) await session.close();
  };
  try {
    for (const [part, path] of Object.entries(folder.parts)) {
      signal.throwIfAborted();
      try {
        sessions[part as ModelPart] = await runtime.open(path, {
          threads,
          bytes: merged?.networks.get(part as ModelPart),
        });
      } catch (error) {
        throw mapOnnxFailure(error, { name: folder.name, part, isLoading: true });
      }
    }
    const network = sessions[folder.network];
    if (network === undefined) throw new Error('readModelFolder checks that it is there');
    const inputChannels = channelsOf(folder, network);
    checkChannels(folder, inputChannels);
    const tokenizers = await Promise.all(
      folder.encoders.map(({ kind, tokenizer, length }) =>
        kind === 'clip'
          ? readClipTokenizer(join(folder.path, tokenizer))
          : readT5Tokenizer(join(folder.path, tokenizer), length ?? 512),
      ),
    );
    const applied = adapters.map(({ adapter: { name, sha256, targets }, weight }, at) => ({
      ...{ name, weight, sha256, layers: targets.length },
      matched: merged?.matched[at] ?? 0,
    }));
    return { folder, digest, adapters: applied, tokenizers, inputChannels, close, sessions, network };
  } catch (error) {
    await close();
    throw error;
  }
}

/** With adapters it is another model. */
function digestWith(digest: string, adapters: readonly WeighedAdapter[]): string {
  const list = adapters.map(({ adapter, weight }) => `${adapter.sha256}  ${weight}\n`);
  return `sha256:${createHash('sha256')
    .update(`${digest}\n${list.join('')}`)
    .digest('hex')}`;
}

/** Channels that the network takes, by its own word; FLUX has four latents in each place. */
function channelsOf({ family, latentChannels }: ModelFolder, { inputs }: OnnxSession): number {
  const shape = inputs.find(({ name }) => name === 'sample' || name === 'hidden_states')?.shape;
  const channels = family === 'flux' ? shape?.[2] : shape?.[1];
  if (typeof channels !== 'number') return latentChannels;
  return family === 'flux' ? channels / 4 : channels;
}

/** Latents, and for inpainting a mask and a masked picture. */
function checkChannels({ name, latentChannels }: ModelFolder, inputChannels: number): void {
  if (inputChannels === latentChannels || inputChannels === 2 * latentChannels + 1) return;
  throw new ImageFailure({
    reason: 'model-unfit',
    message: `The network of the model \`${name}\` takes ${inputChannels} channels, its decoder ${latentChannels}`,
    hint: 'Use a model for text to image, or for inpainting, whose parts belong together.',
    recovery: 'retry-other',
  });
}
