import { z } from 'zod';
import { MODEL_FAMILIES } from './model-families.ts';
import type { ModelFamily, ModelFolder } from './model-folder.ts';

/** config.json of a U-Net, as far as it says how to feed it. */
export const unetSchema = z.looseObject({
  sample_size: z.union([z.number(), z.array(z.number()).min(1)]).nullish(),
  in_channels: z.int().min(1).nullish(),
  block_out_channels: z.array(z.int()).min(1).nullish(),
  down_block_types: z.array(z.string()).nullish(),
  attention_head_dim: z.union([z.int(), z.array(z.int()).min(1)]).nullish(),
  time_cond_proj_dim: z.int().nullish(),
  projection_class_embeddings_input_dim: z.int().nullish(),
});

/** config.json of a transformer of Stable Diffusion 3 or FLUX, as far as it says how to feed it. */
export const transformerSchema = z.looseObject({
  sample_size: z.int().min(1).nullish(),
  num_attention_heads: z.int().min(1).nullish(),
  attention_head_dim: z.int().min(1).nullish(),
  joint_attention_dim: z.int().min(1).nullish(),
  guidance_embeds: z.boolean().nullish(),
});

/** What a network's own configuration says, or its family where it says nothing. */
export type NetworkFacts = Pick<
  ModelFolder,
  'halvings' | 'channels' | 'attention' | 'guidedBy' | 'guidanceChannels' | 'statesWidth' | 'timeIds'
> & { readonly nativeLatents: number };

/** Reads a U-Net's facts. */
export function unetFacts(family: ModelFamily, unet: Partial<z.output<typeof unetSchema>>): NetworkFacts {
  const isXl = family === 'stable-diffusion-xl';
  const trained = Array.isArray(unet.sample_size) ? unet.sample_size[0] : unet.sample_size;
  const guidanceChannels = unet.time_cond_proj_dim ?? undefined;
  return {
    nativeLatents: trained ?? MODEL_FAMILIES[family].nativeLatents,
    halvings: (unet.block_out_channels?.length ?? (isXl ? 3 : 4)) - 1,
    channels: unet.block_out_channels?.[0] ?? 320,
    attention: attentionOf(unet, isXl),
    guidedBy: guidanceChannels === undefined ? 'prompts' : 'input',
    ...{ guidanceChannels, statesWidth: undefined },
    timeIds: unet.projection_class_embeddings_input_dim === 2560 ? 5 : 6,
  };
}

/** In these configurations `attention_head_dim` is the number of heads. */
function attentionOf(unet: Partial<z.output<typeof unetSchema>>, isXl: boolean): ModelFolder['attention'] {
  const blocks = unet.down_block_types ?? (isXl ? ['', 'Attn'] : ['Attn']);
  const halvings = Math.max(
    0,
    blocks.findIndex((type) => type.includes('Attn')),
  );
  const heads = unet.attention_head_dim ?? 8;
  return { halvings, heads: (Array.isArray(heads) ? heads[Math.min(halvings, heads.length - 1)] : heads) ?? 8 };
}

/** A transformer's numbers for each 2 × 2 latents, per pixel and in units of a U-Net's channels: about 12 of each live at once. An estimate. */
const WIDTH_PER_CHANNEL = 128;

/** Reads a transformer's facts. It sees latents in patches of 2 × 2. */
export function transformerFacts(
  family: ModelFamily,
  transformer: Partial<z.output<typeof transformerSchema>>,
): NetworkFacts {
  const isFlux = family === 'flux';
  const heads = transformer.num_attention_heads ?? 24;
  const width = heads * (transformer.attention_head_dim ?? (isFlux ? 128 : 64));
  return {
    nativeLatents: transformer.sample_size ?? MODEL_FAMILIES[family].nativeLatents,
    halvings: 1,
    channels: width / WIDTH_PER_CHANNEL,
    attention: { halvings: 1, heads },
    guidedBy: isFlux ? (transformer.guidance_embeds ? 'input' : 'nothing') : 'prompts',
    ...{ guidanceChannels: undefined, timeIds: 0 },
    statesWidth: transformer.joint_attention_dim ?? 4096,
  };
}
