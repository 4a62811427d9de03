import type { ClipTokenizer } from '../model/clip-tokenizer.ts';
import type { ModelFolder, ModelPart } from '../model/model-folder.ts';
import type { OnnxSession } from '../runtime/onnx-runtime.ts';

/** A model that is ready to run. */
export interface LoadedModel {
  readonly folder: ModelFolder;
  /** `sha256:…`, of all of its files. */
  readonly digest: string;
  readonly sessions: Readonly<Partial<Record<ModelPart, OnnxSession>>> &
    Readonly<Record<'text_encoder' | 'unet' | 'vae_decoder', OnnxSession>>;
  /** One for each text encoder. */
  readonly tokenizers: readonly ClipTokenizer[];
  /** Channels that the network takes: more than those of its latents where it was made for inpainting. */
  readonly inputChannels: number;
  close(): Promise<void>;
}
