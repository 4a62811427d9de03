import type { EncoderFacts, ModelFamily } from './model-folder.ts';

/** What a family's models have in common, where their own files say nothing else. */
export interface FamilyFacts {
  /** The network that takes noise away. */
  readonly network: 'unet' | 'transformer';
  /** In the order in which the network wants what they say. */
  readonly encoders: readonly EncoderFacts[];
  readonly latentChannels: number;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  /** Latents of a side. */
  readonly nativeLatents: number;
}

const clip = { part: 'text_encoder', tokenizer: 'tokenizer', kind: 'clip', states: 'last' } as const;
const secondClip = { ...clip, part: 'text_encoder_2', tokenizer: 'tokenizer_2', states: 'last-but-one' } as const;
const t5 = { kind: 't5', states: 'last' } as const;

/** Every family that can be run. */
export const MODEL_FAMILIES: Readonly<Record<ModelFamily, FamilyFacts>> = {
  'stable-diffusion': {
    ...{ network: 'unet', latentChannels: 4, scalingFactor: 0.18215, shiftFactor: 0, nativeLatents: 64 },
    encoders: [clip],
  },
  'stable-diffusion-xl': {
    ...{ network: 'unet', latentChannels: 4, scalingFactor: 0.13025, shiftFactor: 0, nativeLatents: 128 },
    encoders: [
      { ...clip, states: 'last-but-one' },
      { ...secondClip, pooled: 'text_embeds' },
    ],
  },
  'stable-diffusion-3': {
    ...{ network: 'transformer', latentChannels: 16, scalingFactor: 1.5305, shiftFactor: 0.0609, nativeLatents: 128 },
    encoders: [
      { ...clip, states: 'last-but-one', pooled: 'text_embeds' },
      { ...secondClip, pooled: 'text_embeds' },
      { ...t5, part: 'text_encoder_3', tokenizer: 'tokenizer_3', length: 256, isOptional: true },
    ],
  },
  flux: {
    ...{ network: 'transformer', latentChannels: 16, scalingFactor: 0.3611, shiftFactor: 0.1159, nativeLatents: 128 },
    encoders: [
      { ...clip, pooled: 'pooler_output' },
      { ...t5, part: 'text_encoder_2', tokenizer: 'tokenizer_2', length: 512 },
    ],
  },
};

/** The family of a pipeline's class and parts, as model_index.json names them. */
export function familyOf(className: string, named: (part: string) => boolean): ModelFamily | undefined {
  if (named('unet') && named('text_encoder'))
    return named('text_encoder_2') ? 'stable-diffusion-xl' : 'stable-diffusion';
  // Kin of these, for example FluxFillPipeline, take more channels or pictures.
  if (!named('transformer') || !named('text_encoder') || !named('text_encoder_2')) return undefined;
  if (/StableDiffusion3(?:Img2Img|Inpaint)?Pipeline$/.test(className)) return 'stable-diffusion-3';
  return /Flux(?:Img2Img|Inpaint)?Pipeline$/.test(className) ? 'flux' : undefined;
}
