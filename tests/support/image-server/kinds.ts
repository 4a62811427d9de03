import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Routes, ServedJob } from './image-server.ts';

const base64 = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64');
const fromBase64 = (text: string | undefined) =>
  text === undefined ? undefined : new Uint8Array(Buffer.from(text, 'base64'));
const begin = (ask: ServedJob['ask']): ServedJob => ({
  ask,
  id: randomUUID(),
  step: 0,
  steps: ask.steps,
  isStopped: false,
});

const sdapi = z.looseObject({
  ...{ prompt: z.string(), width: z.int(), height: z.int(), steps: z.int(), seed: z.int(), cfg_scale: z.number() },
  ...{
    init_images: z.array(z.string()).optional(),
    mask: z.string().optional(),
    denoising_strength: z.number().optional(),
  },
});

const extras = z.looseObject({
  ...{ image: z.string(), upscaler_1: z.string().default('None'), upscaling_resize: z.number().gt(0) },
  resize_mode: z.literal(0),
});

/** Like Automatic1111. */
export function a1111(): Routes {
  let running: ServedJob | undefined;
  let preview = '';
  const state = { job_count: 0, job_timestamp: '0', job: '' };
  return async ({ path, body }, { behaviour }, draughtsman) => {
    switch (path.replace(/\?.*/, '')) {
      case '/sdapi/v1/sd-models':
        return [
          { title: 'other.safetensors [0123456789]', model_name: 'other', hash: '0123456789', sha256: null },
          {
            title: 'shapes.safetensors [abcdefabcd]',
            model_name: 'shapes',
            hash: 'abcdefabcd',
            sha256: 'ab'.repeat(32),
          },
        ];
      case '/sdapi/v1/options':
        return { sd_model_checkpoint: 'shapes.safetensors [abcdefabcd]' };
      case '/sdapi/v1/samplers':
        return [
          { name: 'DPM++ 2M', aliases: ['k_dpmpp_2m'] },
          { name: 'Euler a', aliases: [] },
          { name: 'DDIM', aliases: [] },
        ];
      case '/sdapi/v1/schedulers':
        return [
          { name: 'automatic', label: 'Automatic' },
          { name: 'karras', label: 'Karras' },
        ];
      case '/sdapi/v1/loras':
        return [{ name: 'crayon', alias: 'crayon', path: '/loras/crayon.safetensors', metadata: {} }];
      case '/sdapi/v1/progress': {
        const claim = running ? behaviour.claim(running) : { step: 0, steps: 0 };
        const sampling = { sampling_step: claim.step, sampling_steps: claim.steps };
        return { progress: 0.5, eta_relative: 1, state: { ...state, ...sampling }, current_image: preview || null };
      }
      case '/sdapi/v1/upscalers':
        return [
          { name: 'None', model_name: null, model_path: null, model_url: null, scale: 4 },
          { name: 'Lanczos', model_name: null, model_path: null, model_url: null, scale: 4 },
          {
            name: 'shapes-x2',
            model_name: null,
            model_path: '/models/ESRGAN/shapes-x2.pth',
            model_url: null,
            scale: 2,
          },
        ];
      case '/sdapi/v1/extra-single-image': {
        const { image, upscaling_resize: scale } = extras.parse(body);
        const job = begin({ prompt: '', width: 0, height: 0, steps: 0, seed: 0, image: fromBase64(image) });
        running = job;
        const large = await draughtsman.enlarge(job, behaviour, scale);
        running = undefined;
        // One that was interrupted says nothing of it.
        return { html_info: '<p>Postprocess upscale by: 2</p>', image: large ? base64(large) : image };
      }
      case '/sdapi/v1/interrupt':
        if (running) running.isStopped = true;
        return {};
      case '/sdapi/v1/txt2img':
      case '/sdapi/v1/img2img': {
        const { cfg_scale: guidance, init_images, mask, denoising_strength, ...ask } = sdapi.parse(body);
        const started = {
          image: fromBase64(init_images?.[0]),
          mask: fromBase64(mask),
          strength: denoising_strength ?? 1,
        };
        const job = begin({ ...ask, guidance, ...started });
        running = job;
        Object.assign(state, { job_count: 1, job: 'scripts_txt2img', job_timestamp: job.id });
        const drawn = await draughtsman.draw(job, behaviour, (jpeg) => {
          preview = base64(jpeg);
        });
        running = undefined;
        Object.assign(state, { job_count: 0, job: '' });
        const info = { prompt: ask.prompt, all_seeds: [ask.seed], seed: ask.seed, infotexts: [''] };
        return { images: drawn ? [base64(drawn)] : [], parameters: body, info: JSON.stringify(info) };
      }
    }
    return undefined;
  };
}

/** Like stable-diffusion.cpp's server. */
export function sdServer(): Routes {
  const jobs = new Map<string, { job: ServedJob; status: string; result: object | null; error: object | null }>();
  const schema = z.looseObject({
    ...{ prompt: z.string(), width: z.int(), height: z.int(), seed: z.int(), strength: z.number().optional() },
    sample_params: z.looseObject({ sample_steps: z.int(), guidance: z.object({ txt_cfg: z.number() }) }),
    ...{ init_image: z.string().nullish(), mask_image: z.string().nullish() },
  });
  return async ({ path, body }, { behaviour }, draughtsman) => {
    if (path === '/sdcpp/v1/capabilities') {
      const guidance = { txt_cfg: 3.5, img_cfg: null, distilled_guidance: 3.5 };
      return {
        model: { name: 'shapes.gguf', stem: 'shapes', path: '/models/shapes.gguf' },
        supported_modes: ['img_gen'],
        defaults_by_mode: { img_gen: { width: 128, height: 128, sample_params: { sample_steps: 4, guidance } } },
        samplers: ['default', 'euler', 'euler_a', 'dpm++2m', 'ddim_trailing'],
        schedulers: ['default', 'discrete', 'karras'],
        loras: [{ name: 'crayon', path: 'crayon.safetensors' }],
      };
    }
    if (path === '/sdcpp/v1/img_gen') {
      const { sample_params, init_image, mask_image, strength = 0.75, ...ask } = schema.parse(body);
      const { sample_steps: steps, guidance } = sample_params;
      const files = { image: fromBase64(init_image ?? undefined), mask: fromBase64(mask_image ?? undefined), strength };
      const job = begin({ ...ask, steps, guidance: guidance.txt_cfg, ...files });
      const entry = { job, status: 'generating', result: null as object | null, error: null as object | null };
      jobs.set(job.id, entry);
      void draughtsman.draw(job, behaviour).then(
        (drawn) => {
          entry.status = drawn ? 'completed' : 'cancelled';
          if (drawn) entry.result = { output_format: 'png', images: [{ index: 0, b64_json: base64(drawn) }] };
        },
        (error: Error) => {
          entry.status = 'failed';
          entry.error = { code: 'generation_failed', message: error.message };
        },
      );
      return {
        status: 202,
        body: { id: job.id, kind: 'img_gen', status: 'queued', poll_url: `/sdcpp/v1/jobs/${job.id}` },
      };
    }
    const [, id = '', cancel] = /^\/sdcpp\/v1\/jobs\/([\w-]+)(\/cancel)?$/.exec(path) ?? [];
    const entry = jobs.get(id);
    if (entry === undefined) return undefined;
    if (cancel !== undefined) entry.job.isStopped = true;
    const { status, result, error } = entry;
    return { body: { id, kind: 'img_gen', status, queue_position: 0, result, error }, status: 200 };
  };
}

/** Like any server of OpenAI's images API. */
export function openai({ asUrl = false } = {}): Routes {
  const files = new Map<string, Uint8Array>();
  const file = z.object({ bytes: z.instanceof(Uint8Array) });
  const schema = z.looseObject({ prompt: z.string(), size: z.string(), image: file.optional(), mask: file.optional() });
  return async ({ path, body }, { behaviour, baseUrl }, draughtsman) => {
    if (path === '/v1/models')
      return { object: 'list', data: [{ id: 'shapes', object: 'model', owned_by: 'someone' }] };
    if (files.has(path)) return files.get(path);
    if (path !== '/v1/images/generations' && path !== '/v1/images/edits') return undefined;
    const { prompt, size, image } = schema.parse(body);
    const [width = 0, height = 0] = size.split('x').map(Number);
    const job = begin({ prompt, width, height, steps: 8, seed: 7, image: image?.bytes });
    const drawn = await draughtsman.draw(job, behaviour);
    if (!asUrl) return { created: 1, data: [{ b64_json: base64(drawn) }] };
    files.set('/files/1.png', drawn ?? new Uint8Array());
    return { created: 1, data: [{ url: `${baseUrl}/files/1.png` }] };
  };
}
