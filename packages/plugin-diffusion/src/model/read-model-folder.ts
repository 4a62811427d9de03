import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { parseLenientJson } from '../schedulers/parse-lenient-json.ts';
import { parseSchedulerConfig } from '../schedulers/scheduler-config.ts';
import { SchedulerRefusal } from '../schedulers/scheduler-refusal.ts';
import { checkFormats } from './check-formats.ts';
import { ImageFailure } from './image-failure.ts';
import { familyOf, MODEL_FAMILIES } from './model-families.ts';
import type { EncoderFacts, ModelFolder, ModelPart } from './model-folder.ts';
import { modelSettingsSchema } from './model-settings.ts';
import { transformerFacts, transformerSchema, unetFacts, unetSchema } from './network-facts.ts';
import { imageReaderSchema, safetyChecker } from './safety-checker.ts';

const component = z.union([z.tuple([z.string().nullable(), z.string().nullable()]), z.unknown()]);
const indexSchema = z.looseObject({ _class_name: z.string() }).catchall(component);
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
  const family = familyOf(index._class_name, named);
  if (family === undefined) throw unknownFamily(name, index._class_name);
  const facts = MODEL_FAMILIES[family];
  checkFormats(name, files);
  const encoders = facts.encoders.filter(({ part, isOptional }) => !isOptional || has(`${part}/model.onnx`));
  const wanted: ModelPart[] = [...encoders.map(({ part }) => part), facts.network, 'vae_decoder'];
  for (const part of wanted) if (!has(`${part}/model.onnx`)) throw incomplete(name, `${part}/model.onnx`);
  if (!has('scheduler/scheduler_config.json')) throw incomplete(name, 'scheduler/scheduler_config.json');
  if (has('vae_encoder/model.onnx')) wanted.push('vae_encoder');
  for (const { tokenizer, kind } of encoders) {
    const hasWords = kind === 'clip' && has(`${tokenizer}/vocab.json`) && has(`${tokenizer}/merges.txt`);
    if (!hasWords && !has(`${tokenizer}/tokenizer.json`))
      throw incomplete(name, `${tokenizer}/${kind === 'clip' ? 'vocab' : 'tokenizer'}.json`);
  }
  const settings = has('byoc-model.json')
    ? await readJson(path, 'byoc-model.json', modelSettingsSchema)
    : modelSettingsSchema.parse({});
  const checker = settings.safetyChecker ?? (has('safety_checker/model.onnx') ? 'refuse' : 'off');
  if (checker !== 'off') {
    if (!has('safety_checker/model.onnx')) throw incomplete(name, 'safety_checker/model.onnx');
    wanted.push('safety_checker');
  }
  const config = async <T extends object>(part: ModelPart, schema: z.ZodType<T>): Promise<Partial<T>> =>
    has(`${part}/config.json`) ? readJson(path, `${part}/config.json`, schema) : {};
  const vae = await config('vae_decoder', vaeSchema);
  const pixelsPerLatent = 2 ** ((vae.block_out_channels?.length ?? 4) - 1);
  const { nativeLatents, ...network } =
    facts.network === 'unet'
      ? unetFacts(family, await config('unet', unetSchema))
      : transformerFacts(family, await config('transformer', transformerSchema));
  return {
    ...{ name, path, family, files, pixelsPerLatent, ...network },
    network: facts.network,
    encoders: encoders.map((encoder) => fitted(encoder, network.guidedBy)),
    parts: Object.fromEntries(wanted.map((part) => [part, join(path, part, 'model.onnx')])),
    scheduler: await readScheduler(path),
    latentChannels: vae.latent_channels ?? facts.latentChannels,
    scalingFactor: vae.scaling_factor ?? facts.scalingFactor,
    shiftFactor: vae.shift_factor ?? facts.shiftFactor,
    nativeSize: nativeLatents * pixelsPerLatent,
    safetyChecker: checker === 'off' ? undefined : safetyChecker(checker, await readImageReader(path, has)),
    settings,
  };
}

/** Older exports have no settings of what they see. */
async function readImageReader(
  path: string,
  has: (file: string) => boolean,
): Promise<z.output<typeof imageReaderSchema>> {
  const file = 'feature_extractor/preprocessor_config.json';
  return has(file) ? readJson(path, file, imageReaderSchema) : imageReaderSchema.parse({});
}

/** FLUX schnell, which nothing guides, was trained with half as many words. */
function fitted(encoder: EncoderFacts, guidedBy: ModelFolder['guidedBy']): EncoderFacts {
  return encoder.kind === 't5' && guidedBy === 'nothing' ? { ...encoder, length: 256 } : encoder;
}

function unknownFamily(name: string, className: string): ImageFailure {
  return new ImageFailure({
    reason: 'model-family-unknown',
    message: `The model \`${name}\` is a \`${className}\`, of a family that this engine does not run`,
    hint: 'Use a Stable Diffusion 1.x, 2.x, XL, 3.x or FLUX model, or one of few steps made from these, exported to ONNX.',
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

/** Reads a settings file of a model. @throws ImageFailure `model-settings-broken` */
export async function readJson<T>(path: string, file: string, schema: z.ZodType<T>): Promise<T> {
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

/** Every file of a folder, relative, by name. @throws ImageFailure `model-unknown` where there is no such folder */
export async function listFiles(path: string): Promise<{ path: string; sizeBytes: number }[]> {
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
