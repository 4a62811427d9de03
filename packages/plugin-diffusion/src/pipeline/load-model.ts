import { join } from 'node:path';
import { readClipTokenizer } from '../model/clip-tokenizer.ts';
import { hashModel } from '../model/hash-model.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { ModelFolder, ModelPart } from '../model/model-folder.ts';
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
    const { text_encoder, unet, vae_decoder } = sessions;
    if (text_encoder === undefined || unet === undefined || vae_decoder === undefined)
      throw new Error('readModelFolder checks that these are there');
    const names = folder.family === 'stable-diffusion-xl' ? ['tokenizer', 'tokenizer_2'] : ['tokenizer'];
    const tokenizers = await Promise.all(names.map((name) => readClipTokenizer(join(folder.path, name))));
    const channels = unet.inputs.find(({ name }) => name === 'sample')?.shape[1];
    const inputChannels = typeof channels === 'number' ? channels : folder.latentChannels;
    checkChannels(folder, inputChannels);
    const required = { text_encoder, unet, vae_decoder };
    return { folder, digest, tokenizers, inputChannels, close, sessions: { ...sessions, ...required } };
  } catch (error) {
    await close();
    throw error;
  }
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
