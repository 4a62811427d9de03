import { randomInt } from 'node:crypto';
import type { JobContext } from '@byoc/core';
import type { generate } from '../capability/generate.ts';
import type { GenerateChange, GeneratedImage, GenerateOutput } from '../capability/output.ts';
import type { EngineStep, ImageEngine } from '../engine/image-engine.ts';
import { openEnginePicture } from '../image/open-engine-picture.ts';
import { previewOf } from '../image/write-picture.ts';
import { checkMode } from './check-mode.ts';
import { cleanAfterFailure, type FailingWork } from './clean-after-failure.ts';
import { checkJob, type DiffusionLimits } from './limits.ts';
import type { PictureMark } from './picture-mark.ts';
import { saveImage } from './save-image.ts';

export type GenerateContext = Pick<
  JobContext<typeof generate>,
  'jobId' | 'input' | 'signal' | 'dir' | 'log' | 'file' | 'emit' | 'progress' | 'usage'
>;

/** What the job has to do with. */
export interface GenerateTools {
  readonly engine: ImageEngine;
  readonly limits: DiffusionLimits;
  /** What is put into each picture's file. @default nothing */
  readonly marks?: readonly PictureMark[] | undefined;
}

/** Makes the pictures of a job. Leaves nothing in the job's folders when it fails. */
export async function runGenerate(context: GenerateContext, tools: GenerateTools): Promise<GenerateOutput> {
  return cleanAfterFailure(context, (work) => generateSteps(context, tools, work));
}

async function generateSteps(
  context: GenerateContext,
  { engine, limits, marks = [] }: GenerateTools,
  work: FailingWork,
): Promise<GenerateOutput> {
  const { input, signal } = context;
  // What can be refused by the input alone is refused before a model is loaded for it.
  checkMode(input, engine.modes);
  checkJob({ width: input.width ?? 0, height: input.height ?? 0, count: input.count, steps: input.steps ?? 0 }, limits);
  context.progress({ stage: 'load', fraction: 0 });
  const seed = input.seed ?? randomInt(2 ** 32);
  const steps = engine.generate({ input, seed, limits, signal, file: (picture) => context.file(picture) });
  const images: GeneratedImage[] = [];
  const blanked: GenerateChange[] = [];
  const stepsDone = Array.from({ length: input.count }, () => 0);
  let settled: Extract<EngineStep, { type: 'settled' }> | undefined;
  try {
    for (;;) {
      const { done, value } = await steps.next();
      signal.throwIfAborted();
      if (done === true) {
        if (settled === undefined) throw new Error('the engine ended before it began');
        context.progress({ stage: 'done', fraction: 1 });
        const { model, settings } = settled;
        return { images, model, settings, engine: engine.identity, changes: [...value.changes, ...blanked] };
      }
      if (value.type === 'settled') {
        checkJob({ ...value.settings, count: input.count }, limits);
        settled = value;
        continue;
      }
      if (settled === undefined) throw new Error('the engine went to work before it said at what');
      if (value.type === 'picture') {
        if (value.isBlanked) blanked.push(blankedChange(value.image));
        const picture = await openEnginePicture(value.picture, limits);
        images[value.image] = await saveImage(context, { ...value, picture, marks, settled });
        context.usage.set('images', images.filter((image) => image !== undefined).length);
      } else {
        stepsDone[value.image] = value.step;
        work.isCounted = true;
        await tellStep(context, value, { settled, stepsDone, limits });
      }
    }
  } finally {
    await steps.return({ changes: [] });
  }
}

function blankedChange(image: number): GenerateChange {
  const reason = `The model's safety checker flagged picture ${image + 1}; it is black.`;
  return { kind: 'adjusted', field: 'images', reason };
}

/** Counts a step first, then tells it. */
async function tellStep(
  { input, usage, progress, emit }: GenerateContext,
  { image, step, preview }: Extract<EngineStep, { type: 'step' }>,
  {
    settled,
    stepsDone,
    limits,
  }: {
    readonly settled: Extract<EngineStep, { type: 'settled' }>;
    /** Of each picture. */
    readonly stepsDone: readonly number[];
    readonly limits: DiffusionLimits;
  },
): Promise<void> {
  const { stepsRun: steps } = settled.settings;
  const done = stepsDone.reduce((sum, one) => sum + one, 0);
  usage.set('megapixel_steps', Math.ceil((settled.chargedPixels * done) / 1e6));
  progress({ stage: 'diffuse', fraction: done / (steps * input.count), details: { image, step, steps } });
  const { previews } = input;
  const isShown = previews !== undefined && (step % previews.everySteps === 0 || step === steps);
  const shown =
    isShown && preview !== undefined
      ? { preview: await previewOf(await openEnginePicture(await preview(), limits), previews.size) }
      : {};
  await emit({ type: 'step', image, step, steps, ...shown });
}
