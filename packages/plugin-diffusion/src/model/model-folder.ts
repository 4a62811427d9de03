import type { SchedulerConfig } from '../schedulers/scheduler-config.ts';
import type { ModelSettings } from './model-settings.ts';

/** Families that can be run: which networks there are, and how they are fed. */
export type ModelFamily = 'stable-diffusion' | 'stable-diffusion-xl';

/** The networks of a model. */
export type ModelPart = 'text_encoder' | 'text_encoder_2' | 'unet' | 'vae_decoder' | 'vae_encoder' | 'safety_checker';

/** A folder in the layout that diffusers exports to, read and checked; no network is loaded yet. */
export interface ModelFolder {
  readonly name: string;
  readonly path: string;
  readonly family: ModelFamily;
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
  /** The network takes the guidance as an input of so many values (LCM), instead of two runs. */
  readonly guidanceChannels: number | undefined;
  /** SDXL's base has 6 numbers for size and crop; its refiner 5, with a score. */
  readonly timeIds: number;
  readonly settings: ModelSettings;
  /** Every file, relative, with its size. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
}
