import { stepsToRun } from '../../pipeline/make-latents.ts';
import type { PictureAsk } from '../server-dialect.ts';
import type { ComfyNodes, ComfyWorkflow, UploadedFiles } from './comfy-workflow.ts';

/** A checkpoint that is one file, as Stable Diffusion's and SDXL's are: text to image, image to image, inpainting, adapters. */
export const checkpointWorkflow: ComfyWorkflow = {
  takes: new Set(['negativePrompt', 'steps', 'guidance', 'seed', 'scheduler', 'loras', 'strength', 'size']),
  ...{ takesSource: true, takesMask: true, defaults: {}, name: 'checkpoint' },
  choices: {
    model: { node: 'CheckpointLoaderSimple', input: 'ckpt_name' },
    scheduler: { node: 'KSampler', input: 'sampler_name' },
    schedule: { node: 'KSampler', input: 'scheduler' },
    lora: { node: 'LoraLoader', input: 'lora_name' },
  },
  pictureNode: 'picture',
  build,
};

function build(ask: PictureAsk, files: UploadedFiles): ComfyNodes {
  const nodes: Record<string, ComfyNodes[string]> = {};
  const add = (id: string, class_type: string, inputs: Record<string, unknown>) => {
    nodes[id] = { class_type, inputs };
    return [id, 0] as const;
  };
  let model = add('checkpoint', 'CheckpointLoaderSimple', { ckpt_name: ask.model });
  let clip: readonly [string, number] = ['checkpoint', 1];
  const vae = ['checkpoint', 2];
  for (const [index, { name, weight }] of ask.loras.entries()) {
    const strengths = { strength_model: weight, strength_clip: weight };
    model = add(`lora-${index}`, 'LoraLoader', { lora_name: name, ...strengths, model, clip });
    clip = [`lora-${index}`, 1];
  }
  const positive = add('prompt', 'CLIPTextEncode', { text: ask.prompt, clip });
  const negative = add('negative-prompt', 'CLIPTextEncode', { text: ask.negativePrompt, clip });
  const { seed, width, height, source } = ask;
  let latent_image = add('latents', 'EmptyLatentImage', { width, height, batch_size: 1 });
  if (source !== undefined) {
    const pixels = add('image', 'LoadImage', { image: files.image });
    latent_image = add('latents', 'VAEEncode', { pixels, vae });
    if (source.mask !== undefined) {
      const mask = add('mask', 'LoadImageMask', { image: files.mask, channel: 'red' });
      latent_image = add('masked', 'SetLatentNoiseMask', { samples: latent_image, mask });
    }
  }
  const samples = add('sampler', 'KSampler', {
    ...{ seed, cfg: ask.guidance, model, positive, negative, latent_image },
    // ComfyUI runs all of them, however little is painted over.
    ...{ steps: stepsToRun(ask.steps, source?.strength), denoise: source?.strength ?? 1 },
    ...{ sampler_name: ask.sampler?.name ?? 'euler', scheduler: ask.sampler?.schedule ?? 'normal' },
  });
  const images = add('decoded', 'VAEDecode', { samples, vae });
  // Its file is temporary: pictures of callers do not stay among the operator's own.
  add('picture', 'PreviewImage', { images });
  return nodes;
}
