import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { parseLenientJson } from '../schedulers/parse-lenient-json.ts';
import { parseSchedulerConfig } from '../schedulers/scheduler-config.ts';
import { SchedulerRefusal } from '../schedulers/scheduler-refusal.ts';
import { checkFormats } from './check-formats.ts';
import { ImageFailure } from './image-failure.ts';
import type { ModelFamily, ModelFolder, ModelPart } from './model-folder.ts';
import { modelSettingsSchema } from './model-settings.ts';

const component = z.union([z.tuple([z.string().nullable(), z.string().nullable()]), z.unknown()]);
const indexSchema = z.looseObject({ _class_name: z.string() }).catchall(component);
const unetSchema = z.looseObject({
  sample_size: z.union([z.number(), z.array(z.number()).min(1)]).nullish(),
  in_channels: z.int().min(1).nullish(),
  block_out_channels: z.array(z.int()).min(1).nullish(),
  down_block_types: z.array(z.string()).nullish(),
  attention_head_dim: z.union([z.int(), z.array(z.int()).min(1)]).nullish(),
  time_cond_proj_dim: z.int().nullish(),
  projection_class_embeddings_input_dim: z.int().nullish(),
});
const vaeSchema = z.looseObject({
  latent_channels: z.int().min(1).nullish(),
  scaling_factor: z.number().nullish(),
  shift_factor: z.number().nullish(),
  block_out_channels: z.array(z.int()).min(1).nullish(),
});

/** Reads and checks a model's folder without loading anything of it. @throws ImageFailure */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  const name = basename(path);
  const files = await listFiles(path);
  const has = (file: string) => files.some((one) => one.path === file);
  if (!has('model_index.json')) {
    checkFormats(name, files);
    throw incomplete(name, 'model_index.json');
  }
  const index = await readJson(path, 'model_index.json', indexSchema);
  const named = (part: string) => Array.isArray(index[part]) && index[part][1] !== null;
  const family = familyOf(name, index._class_name, named);
  checkFormats(name, files);
  const wanted: ModelPart[] = ['text_encoder', 'unet', 'vae_decoder'];
  if (family === 'stable-diffusion-xl') wanted.push('text_encoder_2');
  for (const part of wanted) if (!has(`${part}/model.onnx`)) throw incomplete(name, `${part}/model.onnx`);
  if (!has('scheduler/scheduler_config.json')) throw incomplete(name, 'scheduler/scheduler_config.json');
  for (const part of ['vae_encoder', 'safety_checker'] as const) if (has(`${part}/model.onnx`)) wanted.push(part);
  for (const folder of family === 'stable-diffusion-xl' ? ['tokenizer', 'tokenizer_2'] : ['tokenizer']) {
    if (!has(`${folder}/tokenizer.json`) && !(has(`${folder}/vocab.json`) && has(`${folder}/merges.txt`)))
      throw incomplete(name, `${folder}/vocab.json`);
  }

  const unet = has('unet/config.json') ? await readJson(path, 'unet/config.json', unetSchema) : {};
  const vae = has('vae_decoder/config.json') ? await readJson(path, 'vae_decoder/config.json', vaeSchema) : {};
  const pixelsPerLatent = 2 ** ((vae.block_out_channels?.length ?? 4) - 1);
  const trained = Array.isArray(unet.sample_size) ? unet.sample_size[0] : unet.sample_size;
  const nativeLatents = trained ?? (family === 'stable-diffusion-xl' ? 128 : 64);
  return {
    ...{ name, path, family, files, pixelsPerLatent },
    parts: Object.fromEntries(wanted.map((part) => [part, join(path, part, 'model.onnx')])),
    scheduler: await readScheduler(path),
    latentChannels: vae.latent_channels ?? 4,
    scalingFactor: vae.scaling_factor ?? (family === 'stable-diffusion-xl' ? 0.13025 : 0.18215),
    shiftFactor: vae.shift_factor ?? 0,
    nativeSize: nativeLatents * pixelsPerLatent,
    halvings: (unet.block_out_channels?.length ?? (family === 'stable-diffusion-xl' ? 3 : 4)) - 1,
    channels: unet.block_out_channels?.[0] ?? 320,
    attention: attentionOf(unet, family),
    guidanceChannels: unet.time_cond_proj_dim ?? undefined,
    timeIds: unet.projection_class_embeddings_input_dim === 2560 ? 5 : 6,
    settings: has('byoc-model.json')
      ? await readJson(path, 'byoc-model.json', modelSettingsSchema)
      : modelSettingsSchema.parse({}),
  };
}

/** In these configurations `attention_head_dim` is the number of heads. */
function attentionOf(unet: Partial<z.output<typeof unetSchema>>, family: ModelFamily): ModelFolder['attention'] {
  const blocks = unet.down_block_types ?? (family === 'stable-diffusion-xl' ? ['', 'Attn'] : ['Attn']);
  const halvings = Math.max(
    0,
    blocks.findIndex((type) => type.includes('Attn')),
  );
  const heads = unet.attention_head_dim ?? 8;
  return { halvings, heads: (Array.isArray(heads) ? heads[Math.min(halvings, heads.length - 1)] : heads) ?? 8 };
}

function familyOf(name: string, className: string, named: (part: string) => boolean): ModelFamily {
  if (named('unet') && named('text_encoder'))
    return named('text_encoder_2') ? 'stable-diffusion-xl' : 'stable-diffusion';
  throw new ImageFailure({
    reason: 'model-family-unknown',
    message: `The model \`${name}\` is a \`${className}\`, of a family that this engine does not run`,
    hint: 'Use a Stable Diffusion 1.x, 2.x or XL model, or one of few steps made from these, exported to ONNX.',
    recovery: 'retry-other',
  });
}

async function readScheduler(path: string): Promise<ModelFolder['scheduler']> {
  try {
    return parseSchedulerConfig(await readJson(path, 'scheduler/scheduler_config.json', z.unknown()));
  } catch (error) {
    if (!(error instanceof SchedulerRefusal)) throw error;
    throw new ImageFailure(
      {
        reason: 'scheduler-refused',
        message: `The model's scheduler can't be used: ${error.message}`,
        hint: 'Change scheduler/scheduler_config.json, or take another model.',
        recovery: 'retry-other',
      },
      { cause: error },
    );
  }
}

async function readJson<T>(path: string, file: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(parseLenientJson(await readFile(join(path, file), 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : (error as Error).message;
    throw new ImageFailure(
      {
        reason: 'model-settings-broken',
        message: `\`${file}\` of the model \`${basename(path)}\` can't be read: ${why.slice(0, 300)}`,
        hint: 'Export or fetch the model again.',
        recovery: 'retry-other',
      },
      { cause: error },
    );
  }
}

async function listFiles(path: string): Promise<{ path: string; sizeBytes: number }[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => {
    throw new ImageFailure({
      reason: 'model-unknown',
      message: `There is no model \`${basename(path)}\` here`,
      hint: 'Leave `model` out, or name one that the offer lists.',
      recovery: 'retry-other',
    });
  });
  const files: { path: string; sizeBytes: number }[] = [];
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const info = await stat(file);
    if (info.isFile()) files.push({ path: file.slice(path.length + 1).replaceAll('\\', '/'), sizeBytes: info.size });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function incomplete(name: string, file: string): ImageFailure {
  return new ImageFailure({
    reason: 'model-incomplete',
    message: `The model \`${name}\` has no \`${file}\``,
    hint: 'Fetch all of it, in the layout that `optimum-cli export onnx` writes.',
    recovery: 'retry-other',
  });
}
