import { createHash, randomInt } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError, type JobContext } from '@byoc/core';
import type { generate } from '../capability/generate.ts';
import type { GeneratedImage, GenerateOutput } from '../capability/output.ts';
import { describeParameters } from '../image/describe-parameters.ts';
import { perceptualHash } from '../image/perceptual-hash.ts';
import { previewOf, writePicture } from '../image/write-picture.ts';
import { ImageFailure } from '../model/image-failure.ts';
import { encodePrompts } from '../pipeline/encode-prompts.ts';
import { stepsToRun } from '../pipeline/make-latents.ts';
import type { Picture } from '../pipeline/picture.ts';
import type { Studio } from '../studio/studio.ts';
import { planMemory } from './check-memory.ts';
import { checkJob, type DiffusionLimits } from './limits.ts';
import { makePicture } from './make-picture.ts';
import { readSource } from './read-source.ts';
import { settleJob } from './settle-job.ts';

export type GenerateContext = Pick<
  JobContext<typeof generate>,
  'jobId' | 'input' | 'signal' | 'dir' | 'log' | 'file' | 'emit' | 'progress' | 'usage'
>;

/** What the job has to do with. */
export interface GenerateTools {
  readonly studio: Studio;
  readonly limits: DiffusionLimits;
  /** Bytes that can be had now. */
  readonly availableBytes: () => number;
}

const MEDIA_TYPES = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' } as const;

/** Makes the pictures of a job. Leaves nothing in the job's folders when it fails. */
export async function runGenerate(context: GenerateContext, tools: GenerateTools): Promise<GenerateOutput> {
  try {
    return await generateSteps(context, tools);
  } catch (error) {
    await Promise.all([context.dir.out, context.dir.tmp].map(empty));
    context.signal.throwIfAborted();
    const failure = translate(error);
    if (!(failure instanceof ImageFailure)) throw failure;
    const { reason, message, hint, recovery } = failure;
    throw new ByocError(
      'JOB_FAILED',
      { jobId: context.jobId, reason, message: `${message}.`, hint, recovery },
      { cause: error },
    );
  }
}

async function generateSteps(context: GenerateContext, tools: GenerateTools): Promise<GenerateOutput> {
  const { input, signal, usage, dir } = context;
  const { studio, limits } = tools;
  // What can be refused by the input alone is refused before a model is loaded for it.
  checkJob({ width: input.width ?? 0, height: input.height ?? 0, count: input.count, steps: input.steps ?? 0 }, limits);
  context.progress({ stage: 'load', fraction: 0 });
  const model = await studio.model(input.model ?? studio.defaultModel, signal);
  const { folder } = model;
  const settled = settleJob(input, folder, () => randomInt(2 ** 32));
  const { width, height, diffused, steps, guidance } = settled;
  checkJob({ width, height, count: input.count, steps }, limits);
  const isGuided = guidance > 1 && folder.guidanceChannels === undefined;
  const { isSequential } = planMemory(folder, diffused, { isGuided, availableBytes: tools.availableBytes() });
  const source = await readSource(context, diffused, limits);
  const prompts = await encodePrompts(model, input.prompt, input.negativePrompt, signal);

  const stepsRun = stepsToRun(steps, source?.strength);
  const allSteps = stepsRun * input.count;
  // Pixels that were asked for but not diffused are not charged, nor pixels that were diffused but not asked for.
  const pixels = Math.min(width * height, diffused.width * diffused.height);
  const images: GeneratedImage[] = [];
  for (let index = 0; index < input.count; index += 1) {
    const seed = (settled.seed + index) % (Number.MAX_SAFE_INTEGER + 1);
    const onStep = async (step: number, preview: () => Promise<Picture>) => {
      const done = index * stepsRun + step;
      usage.set('megapixel_steps', Math.ceil((pixels * done) / 1e6));
      context.progress({
        stage: 'diffuse',
        fraction: done / allSteps,
        details: { image: index, step, steps: stepsRun },
      });
      const { previews } = input;
      const isShown = previews !== undefined && (step % previews.everySteps === 0 || step === stepsRun);
      const shown = isShown ? { preview: await previewOf(await preview(), previews.size) } : {};
      await context.emit({ type: 'step', image: index, step, steps: stepsRun, ...shown });
    };
    const picture = await makePicture({ model, prompts, settled, source }, { seed, isSequential, signal, onStep });
    const parameters = describeParameters({
      ...{ prompt: input.prompt, negativePrompt: input.negativePrompt, steps, guidance, seed, width, height },
      ...{ model: folder.name, digest: model.digest, scheduler: schedulerName(input.scheduler, settled.scheduler) },
      strength: source?.strength,
    });
    const { format, quality } = input;
    const bytes = await writePicture(picture, { format, quality, parameters: input.metadata ? parameters : undefined });
    const file = `image-${String(index + 1).padStart(2, '0')}.${format === 'jpeg' ? 'jpg' : format}`;
    await writeFile(join(dir.out, file), bytes);
    images.push({
      image: { $part: file, mediaType: MEDIA_TYPES[format] },
      ...{ seed, width, height, sizeBytes: bytes.length },
      sha256: createHash('sha256').update(bytes).digest('hex'),
      perceptualHash: await perceptualHash(picture),
    });
    usage.set('images', images.length);
  }
  const { version, provider } = studio.runtime;
  context.progress({ stage: 'done', fraction: 1 });
  return {
    images,
    model: { name: input.model ?? studio.defaultModel, digest: model.digest, family: folder.family },
    settings: {
      ...{ width, height, steps, stepsRun, guidance },
      scheduler: schedulerName(input.scheduler, settled.scheduler),
    },
    engine: { name: 'onnxruntime', version, provider },
    changes: [...settled.changes],
  };
}

function schedulerName(asked: string | undefined, config: { readonly _class_name: string }): string {
  return asked ?? config._class_name;
}

/** Foreign errors in this engine's words. */
function translate(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ImageFailure(
    {
      reason: 'disk-full',
      message: 'The disk is full',
      hint: 'Free some space for job directories, or choose another offer.',
      recovery: 'retry-other',
    },
    { cause: error },
  );
}

async function empty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
