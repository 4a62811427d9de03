import type { ModelFolder, ModelPart } from '../model/model-folder.ts';
import type { PromptTokenizer } from '../model/prompt-tokenizer.ts';
import type { OnnxSession } from '../runtime/onnx-runtime.ts';

/** A model that is ready to run. */
export interface LoadedModel {
  readonly folder: ModelFolder;
  /** `sha256:…`, of all of its files. */
  readonly digest: string;
  readonly sessions: Readonly<Partial<Record<ModelPart, OnnxSession>>>;
  /** The network that takes noise away: one of the sessions. */
  readonly network: OnnxSession;
  /** One for each text encoder of the folder, in its order. */
  readonly tokenizers: readonly PromptTokenizer[];
  /** Channels that the network takes: more than those of its latents where it was made for inpainting. */
  readonly inputChannels: number;
  close(): Promise<void>;
}
