import type { EngineEnd, UpscaleJob, UpscaleStep } from '../engine/image-engine.ts';
import { type OpenedPicture, openWholePicture } from '../image/read-picture.ts';
import type { Studio } from '../studio/studio.ts';
import { enlarge } from './enlarge.ts';
import type { LoadedUpscaler } from './loaded-upscaler.ts';
import { planUpscale } from './plan-upscale.ts';
import { resamplePicture } from './resample-picture.ts';

/** Enlarges a picture with a network of a studio. @throws ImageFailure */
export async function* upscaleInStudio(
  studio: Studio,
  job: UpscaleJob,
): AsyncGenerator<UpscaleStep, EngineEnd, undefined> {
  // A picture that can't be taken is refused before a model is loaded for it.
  const source = await openWholePicture(await job.file(job.input.image), job.limits);
  const model = await studio.takeUpscaler(job.input.model ?? studio.defaultUpscaler, job.signal);
  try {
    return yield* upscaleWith(model, source, job);
  } finally {
    studio.giveBack(model);
  }
}

async function* upscaleWith(
  model: LoadedUpscaler,
  source: OpenedPicture,
  { input, signal }: UpscaleJob,
): AsyncGenerator<UpscaleStep, EngineEnd, undefined> {
  const plan = planUpscale(input, source, model);
  const { width, height, made } = plan;
  yield {
    type: 'settled',
    settings: { scale: plan.scale, modelScale: model.scale },
    model: { name: model.folder.name, digest: model.digest },
    source: { width: source.width, height: source.height },
    ...{ width, height },
    // Pixels that are only resampled from what the model made are not charged, nor those that it made and nobody asked for.
    chargedPixels: Math.min(width * height, made.width * made.height),
  };
  const picture = await source.read();
  const tiles = plan.tiles.length * (picture.alpha === undefined ? 1 : 2);
  const large = enlarge(model, picture, plan, signal);
  for (let tile = 1; ; tile += 1) {
    const { done, value } = await large.next();
    if (done === true) {
      yield { type: 'picture', picture: await resamplePicture(value, width, height) };
      return { changes: plan.changes };
    }
    yield { type: 'tile', tile, tiles };
  }
}
