import { scalePicture } from '../image/write-picture.ts';
import { createNoise } from '../pipeline/create-noise.ts';
import { decodeLatents } from '../pipeline/decode-latents.ts';
import { encodePicture } from '../pipeline/encode-picture.ts';
import type { EncodedPrompts } from '../pipeline/encode-prompts.ts';
import { guidedNetwork } from '../pipeline/guided-network.ts';
import type { LoadedModel } from '../pipeline/loaded-model.ts';
import { makeLatents, type StartLatents } from '../pipeline/make-latents.ts';
import type { Picture } from '../pipeline/picture.ts';
import { previewLatents } from '../pipeline/preview-latents.ts';
import { inpaintingChannels } from './inpainting-channels.ts';
import { type JudgedPicture, judgePicture, judgePreview } from './judge-picture.ts';
import { openScheduler } from './open-scheduler.ts';
import { keepSource, maskOfLatents, type Source } from './read-source.ts';
import type { SettledJob } from './settle-job.ts';

/** What every picture of a job has in common. */
export interface PictureJob {
  readonly model: LoadedModel;
  readonly prompts: EncodedPrompts;
  readonly settled: SettledJob;
  readonly source: Source | undefined;
}

export interface MakePictureOptions {
  readonly seed: number;
  readonly isSequential: boolean;
  readonly signal: AbortSignal;
  /** After each step. `preview` draws what there is so far. */
  readonly onStep: (step: number, preview: () => Promise<Picture>) => Promise<void>;
}

/** Makes one picture of a job. @throws ImageFailure */
export async function makePicture(job: PictureJob, options: MakePictureOptions): Promise<JudgedPicture> {
  const { model, prompts, settled, source } = job;
  const { seed, isSequential, signal, onStep } = options;
  const { pixelsPerLatent, latentChannels } = model.folder;
  const { diffused, steps, guidance } = settled;
  const [width, height] = [diffused.width / pixelsPerLatent, diffused.height / pixelsPerLatent];
  const size = { width, height, signal };
  const start = source === undefined ? undefined : await startOf(model, source);
  const more = await inpaintingChannels(model, source);
  const network = guidedNetwork(model, prompts, { guidance, width, height, more, isSequential });
  const latents = await makeLatents(model, {
    ...{
      scheduler: openScheduler(model.folder, settled, width * height),
      network,
      noise: createNoise(seed),
      steps,
      signal,
    },
    length: latentChannels * width * height,
    // A network made for inpainting sees the picture itself: it needs no blending.
    start: start === undefined || more === undefined ? start : { ...start, mask: undefined },
    onStep: (step, current) =>
      onStep(step, async () => judgePreview(model, await previewLatents(model, current, size))),
  });
  signal.throwIfAborted();
  const decoded = await decodeLatents(model, latents, size);
  const made = source === undefined ? decoded : keepSource(decoded, source);
  const isAsked = made.width === settled.width && made.height === settled.height;
  return judgePicture(model, isAsked ? made : await scalePicture(made, settled.width, settled.height));
}

async function startOf(model: LoadedModel, { picture, mask, strength }: Source): Promise<StartLatents> {
  const latents = await encodePicture(model, picture);
  if (mask === undefined) return { latents, strength };
  const scale = model.folder.pixelsPerLatent;
  return { latents, strength, mask: maskOfLatents(mask, { ...picture, scale }) };
}
