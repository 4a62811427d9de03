import type { SchedulerConfig } from '../schedulers/scheduler-config.ts';
import type { ModelSettings } from './model-settings.ts';
import type { SafetyChecker } from './safety-checker.ts';

/** Families that can be run: which networks there are, and how they are fed. */
export type ModelFamily = 'stable-diffusion' | 'stable-diffusion-xl' | 'stable-diffusion-3' | 'flux';

/** The networks of a model. */
export type ModelPart =
  | 'text_encoder'
  | 'text_encoder_2'
  | 'text_encoder_3'
  | 'unet'
  | 'transformer'
  | 'vae_decoder'
  | 'vae_encoder'
  | 'safety_checker';

/** A text encoder, and what of its answers counts. */
export interface EncoderFacts {
  readonly part: ModelPart;
  /** The folder of its tokenizer. */
  readonly tokenizer: string;
  readonly kind: 'clip' | 't5';
  /** The layer that the model was trained with. */
  readonly states: 'last' | 'last-but-one';
  /** The output that says the whole in one vector, where that counts. */
  readonly pooled?: 'text_embeds' | 'pooler_output';
  /** Words' numbers that it takes at once. @default its tokenizer's own */
  readonly length?: number;
  /** Models are whole without it. @default false */
  readonly isOptional?: boolean;
}

/** A folder in the layout that diffusers exports to, read and checked; no network is loaded yet. */
export interface ModelFolder {
  readonly name: string;
  readonly path: string;
  readonly family: ModelFamily;
  /** The network that takes noise away. */
  readonly network: 'unet' | 'transformer';
  /** The text encoders that are there. */
  readonly encoders: readonly EncoderFacts[];
  /** The files of the networks that are there. */
  readonly parts: Readonly<Partial<Record<ModelPart, string>>>;
  readonly scheduler: SchedulerConfig;
  /** Latent channels, before any mask or picture is joined to them. */
  readonly latentChannels: number;
  /** Pixels of a latent's side. */
  readonly pixelsPerLatent: number;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  /** What the network was trained for, pixels. */
  readonly nativeSize: number;
  /** How often the network halves its latents: sides must come out whole. */
  readonly halvings: number;
  /** Channels of the network's first block: what its memory grows with. */
  readonly channels: number;
  /** The largest attention: how often its latents are halved before, and its heads. */
  readonly attention: { readonly halvings: number; readonly heads: number };
  /** Two prompts, an input of the network (LCM, FLUX dev), or nothing leads it (FLUX schnell). */
  readonly guidedBy: 'prompts' | 'input' | 'nothing';
  /** Values of the guidance's embedding, which LCM's networks take. */
  readonly guidanceChannels: number | undefined;
  /** Numbers for each word that the transformer takes. */
  readonly statesWidth: number | undefined;
  /** SDXL's base has 6 numbers for size and crop; its refiner 5, with a score. */
  readonly timeIds: number;
  /** Asked about each finished picture. */
  readonly safetyChecker: SafetyChecker | undefined;
  readonly settings: ModelSettings;
  /** Every file, relative, with its size. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
}
