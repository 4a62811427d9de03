import type { PictureAsk, UpscaleAsk } from '../server-dialect.ts';
import { takeOutSettings } from '../take-out-settings.ts';

/** A body for `/sdapi/v1/txt2img` or `img2img`. */
export interface A1111Request {
  readonly path: '/sdapi/v1/txt2img' | '/sdapi/v1/img2img';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Says a picture in the words of A1111's API, which SD.Next and Forge speak too. */
export function toA1111Request(ask: PictureAsk): A1111Request {
  const { source } = ask;
  const loras = ask.loras.map(({ name, weight }) => ` <lora:${name}:${weight}>`).join('');
  const body = {
    prompt: `${takeOutSettings(ask.prompt)}${loras}`,
    negative_prompt: ask.negativePrompt,
    width: ask.width,
    height: ask.height,
    steps: ask.steps,
    cfg_scale: ask.guidance,
    seed: ask.seed,
    ...(ask.sampler === undefined ? {} : { sampler_name: ask.sampler.name, scheduler: ask.sampler.schedule }),
    ...{ batch_size: 1, n_iter: 1 },
    // Switching back would load two models a job.
    ...{ override_settings: { sd_model_checkpoint: ask.model }, override_settings_restore_afterwards: false },
    // Pictures of callers do not stay on the server's disk.
    ...{ send_images: true, save_images: false, do_not_save_samples: true, do_not_save_grid: true },
  };
  if (source === undefined) return { path: '/sdapi/v1/txt2img', body };
  const mask =
    source.mask === undefined
      ? {}
      : {
          mask: toBase64(source.mask),
          // Painted is what is white; it starts from what is there (1), and the whole picture is looked at.
          ...{ inpainting_mask_invert: 0, inpainting_fill: 1, inpaint_full_res: false, mask_blur: 4 },
        };
  const start = { init_images: [toBase64(source.image)], denoising_strength: source.strength, resize_mode: 0 };
  return { path: '/sdapi/v1/img2img', body: { ...body, ...start, ...mask } };
}

/** Says a picture to enlarge, for `/sdapi/v1/extra-single-image`. */
export function toA1111Upscale({ image, upscaler, times }: UpscaleAsk): object {
  return { image: toBase64(image), upscaler_1: upscaler, resize_mode: 0, upscaling_resize: times };
}

function toBase64(file: Uint8Array): string {
  return Buffer.from(file).toString('base64');
}
