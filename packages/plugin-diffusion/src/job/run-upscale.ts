import type { JobContext } from '@byoc/core';
import type { upscale } from '../capability/upscale.ts';
import type { UpscaleOutput } from '../capability/upscale-output.ts';
import type { ImageEngine, UpscaleStep } from '../engine/image-engine.ts';
import { describeUpscale } from '../image/describe-upscale.ts';
import { openEnginePicture } from '../image/open-engine-picture.ts';
import { writePicture } from '../image/write-picture.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { Picture } from '../pipeline/picture.ts';
import { applyMarks, namesOfMarks } from './apply-marks.ts';
import { cleanAfterFailure, type FailingWork } from './clean-after-failure.ts';
import { checkUpscale, type DiffusionLimits } from './limits.ts';
import type { PictureMark } from './picture-mark.ts';
import { saveFile } from './save-file.ts';

export type UpscaleContext = Pick<
  JobContext<typeof upscale>,
  'jobId' | 'input' | 'signal' | 'dir' | 'file' | 'emit' | 'progress' | 'usage'
>;

type Settled = Extract<UpscaleStep, { type: 'settled' }>;

/** What the job has to do with. */
export interface UpscaleTools {
  readonly engine: ImageEngine;
  readonly limits: DiffusionLimits;
  /** What is put into the picture's file. @default nothing */
  readonly marks?: readonly PictureMark[] | undefined;
}

/** Enlarges the picture of a job. Leaves nothing in the job's folders when it fails. */
export async function runUpscale(context: UpscaleContext, tools: UpscaleTools): Promise<UpscaleOutput> {
  return cleanAfterFailure(context, (work) => upscaleTiles(context, tools, work));
}

async function upscaleTiles(
  context: UpscaleContext,
  { engine, limits, marks = [] }: UpscaleTools,
  work: FailingWork,
): Promise<UpscaleOutput> {
  const { input, signal, usage, progress, emit } = context;
  if (engine.upscale === undefined) throw unsupported(engine);
  progress({ stage: 'load', fraction: 0 });
  const steps = engine.upscale({ input, limits, signal, file: (picture) => context.file(picture) });
  let settled: Settled | undefined;
  let tiles = 0;
  let saved: Awaited<ReturnType<typeof saveFile>> | undefined;
  try {
    for (;;) {
      const { done, value } = await steps.next();
      signal.throwIfAborted();
      if (done === true) {
        if (settled === undefined || saved === undefined) throw new Error('the engine ended before it made a picture');
        progress({ stage: 'done', fraction: 1 });
        const { model, settings } = settled;
        return {
          ...{ ...saved, ...namesOfMarks(marks), model },
          settings: { ...settings, tiles },
          engine: engine.identity,
          changes: [...value.changes],
        };
      }
      if (value.type === 'settled') {
        checkUpscale(input, value, limits);
        settled = value;
        continue;
      }
      if (settled === undefined) throw new Error('the engine went to work before it said at what');
      if (value.type === 'tile') {
        ({ tiles } = value);
        work.isCounted = true;
        usage.set('megapixels', Math.ceil((settled.chargedPixels * value.tile) / tiles / 1e6));
        progress({ stage: 'upscale', fraction: value.tile / tiles, details: { tile: value.tile, tiles } });
        await emit({ type: 'tile', tile: value.tile, tiles });
        continue;
      }
      const picture = await openEnginePicture(value.picture, { maxPixels: limits.maxUpscaledPixels });
      saved = await save(context, { settled, picture, marks });
      usage.set('images', 1);
    }
  } finally {
    await steps.return({ changes: [] });
  }
}

async function save(
  { jobId, input, dir, signal }: UpscaleContext,
  made: { readonly settled: Settled; readonly picture: Picture; readonly marks: readonly PictureMark[] },
) {
  const { settled, picture, marks } = made;
  const { format, quality, metadata } = input;
  const parameters = metadata ? describeUpscale(settled) : undefined;
  const file = await writePicture(picture, { format, quality, parameters });
  const { width, height } = picture;
  const facts = { jobId, format, width, height, seed: undefined, model: settled.model, signal };
  return saveFile(dir, 'image', { picture, format, bytes: await applyMarks(file, marks, facts) });
}

function unsupported({ identity }: ImageEngine): ImageFailure {
  return new ImageFailure({
    reason: 'mode-unsupported',
    message: `The engine \`${identity.name}\` enlarges no pictures`,
    hint: 'Choose another offer.',
    recovery: 'retry-other',
  });
}
