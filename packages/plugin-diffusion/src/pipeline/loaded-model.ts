import type { ModelFolder, ModelPart } from '../model/model-folder.ts';
import type { PromptTokenizer } from '../model/prompt-tokenizer.ts';
import type { OnnxSession } from '../runtime/onnx-runtime.ts';

/** An adapter in a model's weights. */
export interface MergedAdapter {
  readonly name: string;
  readonly weight: number;
  /** Of its file, in hexadecimal. */
  readonly sha256: string;
  /** Layers that it changes, and how many of them the model has. */
  readonly layers: number;
  readonly matched: number;
}

/** A model that is ready to run. */
export interface LoadedModel {
  readonly folder: ModelFolder;
  /** `sha256:…`, of all of its files, and of the adapters that were merged into it. */
  readonly digest: string;
  /** What was merged into its weights. */
  readonly adapters: readonly MergedAdapter[];
  readonly sessions: Readonly<Partial<Record<ModelPart, OnnxSession>>>;
  /** The network that takes noise away: one of the sessions. */
  readonly network: OnnxSession;
  /** One for each text encoder of the folder, in its order. */
  readonly tokenizers: readonly PromptTokenizer[];
  /** Channels that the network takes: more than those of its latents where it was made for inpainting. */
  readonly inputChannels: number;
  close(): Promise<void>;
}
