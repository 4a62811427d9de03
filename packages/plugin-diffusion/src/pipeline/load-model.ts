import { join } from 'node:path';
import { readClipTokenizer } from '../model/clip-tokenizer.ts';
import { hashModel } from '../model/hash-model.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { ModelFolder, ModelPart } from '../model/model-folder.ts';
import { readT5Tokenizer } from '../model/t5-tokenizer.ts';
import type { OnnxRuntime, OnnxSession } from '../runtime/onnx-runtime.ts';
import type { LoadedModel } from './loaded-model.ts';
import { mapOnnxFailure } from './map-onnx-failure.ts';

/** Loads every network of a model, and its tokenizers. @throws ImageFailure */
export async function loadModel(
  runtime: OnnxRuntime,
  folder: ModelFolder,
  { threads, signal }: { threads: number; signal: AbortSignal },
): Promise<LoadedModel> {
  const digest = await hashModel(folder, signal);
  const sessions: Partial<Record<ModelPart, OnnxSession>> = {};
  const close = async () => {
    for (const session of Object.values(sessions)) await session.close();
  };
  try {
    for (const [part, path] of Object.entries(folder.parts)) {
      signal.throwIfAborted();
      try {
        sessions[part as ModelPart] = await runtime.open(path, { threads });
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
    return { folder, digest, tokenizers, inputChannels, close, sessions, network };
  } catch (error) {
    await close();
    throw error;
  }
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
