import type { Logger } from '@byoc/core';
import type { GenerateChange } from '../capability/output.ts';
import type { EngineStep } from '../engine/image-engine.ts';
import { openEnginePicture } from '../image/open-engine-picture.ts';
import { scalePicture } from '../image/write-picture.ts';
import type { DiffusionLimits } from '../job/limits.ts';
import { keepSource, type Source } from '../job/read-source.ts';
import type { Picture } from '../pipeline/picture.ts';
import { StepCount } from './count-steps.ts';
import { imageServerFailures } from './image-server-failures.ts';
import { openServerPicture } from './open-server-picture.ts';
import type { PictureAsk, ServerDialect } from './server-dialect.ts';

export interface MakeServerPictureOptions {
  /** Which one, from 0. */
  readonly image: number;
  readonly stepsRun: number;
  readonly source: Source | undefined;
  /** The caller named a size: another one is scaled to it. */
  readonly isSizeAsked: boolean;
  readonly wantsPreviews: boolean;
  readonly limits: Pick<DiffusionLimits, 'maxPixels'>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What came of a picture. */
export interface MadeServerPicture {
  readonly picture: Picture;
  readonly seed: number;
  readonly changes: readonly GenerateChange[];
}

/** Has a server make one picture, counts its steps, and looks at what it gave. @throws ImageFailure */
export async function* makeServerPicture(
  dialect: ServerDialect,
  ask: PictureAsk,
  options: MakeServerPictureOptions,
): AsyncGenerator<EngineStep, MadeServerPicture, undefined> {
  const { image, stepsRun, signal, log, wantsPreviews, limits } = options;
  const count = new StepCount(stepsRun);
  const making = dialect.make(ask, { signal, wantsPreviews });
  try {
    for (;;) {
      const { done, value } = await making.next();
      if (done === true) {
        for (const step of count.finish({ isCached: value.isCached ?? false })) yield { type: 'step', image, step };
        if (count.lie !== undefined) log.warn({ claim: count.lie, steps: stepsRun }, 'server-progress-implausible');
        const changes: GenerateChange[] = [];
        if (value.isCached) {
          const reason = 'The server had the very same picture still: no step was run.';
          changes.push({ kind: 'adjusted', field: 'steps', reason });
        }
        const opened = await openServerPicture(value.encoded, limits);
        if (opened.pixels.every((one) => one === 0)) throw imageServerFailures.flatBlack();
        const { picture, change } = await fitPicture(opened, ask, options);
        if (change !== undefined) changes.push(change);
        return { picture, seed: value.seed ?? ask.seed, changes };
      }
      const shown = value.preview && (await openPreview(value.preview, limits));
      const preview = shown && (async () => shown);
      for (const step of count.take(value)) yield { type: 'step', image, step, preview };
    }
  } finally {
    // Stops the server's work where the job ends before it does.
    await making.return({ encoded: new Uint8Array(), seed: undefined });
  }
}

/** A preview that can't be read is none. */
async function openPreview(
  encoded: Uint8Array,
  limits: Pick<DiffusionLimits, 'maxPixels'>,
): Promise<Picture | undefined> {
  return await openEnginePicture({ encoded }, limits).catch(() => undefined);
}

async function fitPicture(
  picture: Picture,
  { width, height }: PictureAsk,
  { source, isSizeAsked }: MakeServerPictureOptions,
): Promise<{ picture: Picture; change?: GenerateChange }> {
  const isOther = picture.width !== width || picture.height !== height;
  const isScaled = isOther && (isSizeAsked || source?.mask !== undefined);
  const scaled = isScaled ? await scalePicture(picture, width, height) : picture;
  const kept = source === undefined || (isOther && !isScaled) ? scaled : keepSource(scaled, source);
  if (!isOther) return { picture: kept };
  const reason = `The server made ${picture.width} × ${picture.height}${isScaled ? '; the picture was scaled from that' : ''}.`;
  return { picture: kept, change: { kind: 'adjusted', field: 'width, height', reason } };
}
