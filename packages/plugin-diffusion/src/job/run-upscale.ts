import type { JobContext } from '@byoc/core';
import type { upscale } from '../capability/upscale.ts';
import type { UpscaleOutput } from '../capability/upscale-output.ts';
import type { ImageEngine, UpscaleStep } from '../engine/image-engine.ts';
import { describeUpscale } from '../image/describe-upscale.ts';
import { openEnginePicture } from '../image/open-engine-picture.ts';
import { writePicture } from '../image/write-picture.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { Picture } from '../pipeline/picture.ts';
import { cleanAfterFailure } from './clean-after-failure.ts';
import { checkUpscale, type DiffusionLimits } from './limits.ts';
import { saveFile } from './save-file.ts';

export type UpscaleContext = Pick<
  JobContext<typeof upscale>,
  'jobId' | 'input' | 'signal' | 'dir' | 'file' | 'emit' | 'progress' | 'usage'
>;

type Settled = Extract<UpscaleStep, { type: 'settled' }>;

/** Enlarges the picture of a job. Leaves nothing in the job's folders when it fails. */
export async function runUpscale(
  context: UpscaleContext,
  tools: { readonly engine: ImageEngine; readonly limits: DiffusionLimits },
): Promise<UpscaleOutput> {
  return cleanAfterFailure(context, () => upscaleTiles(context, tools));
}

async function upscaleTiles(
  context: UpscaleContext,
  { engine, limits }: { readonly engine: ImageEngine; readonly limits: DiffusionLimits },
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
          ...saved,
          model,
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
        usage.set('megapixels', Math.ceil((settled.chargedPixels * value.tile) / tiles / 1e6));
        progress({ stage: 'upscale', fraction: value.tile / tiles, details: { tile: value.tile, tiles } });
        await emit({ type: 'tile', tile: value.tile, tiles });
        continue;
      }
      saved = await save(
        context,
        settled,
        await openEnginePicture(value.picture, { maxPixels: limits.maxUpscaledPixels }),
      );
      usage.set('images', 1);
    }
  } finally {
    await steps.return({ changes: [] });
  }
}

async function save({ input, dir }: UpscaleContext, settled: Settled, picture: Picture) {
  const { format, quality, metadata } = input;
  const parameters = metadata ? describeUpscale(settled) : undefined;
  return saveFile(dir, 'image', {
    picture,
    format,
    bytes: await writePicture(picture, { format, quality, parameters }),
  });
}

function unsupported({ identity }: ImageEngine): ImageFailure {
  return new ImageFailure({
    reason: 'mode-unsupported',
    message: `The engine \`${identity.name}\` enlarges no pictures`,
    hint: 'Choose another offer.',
    recovery: 'retry-other',
  });
}
