import type { GeneratedImage } from '../capability/output.ts';
import type { EngineStep } from '../engine/image-engine.ts';
import { describeParameters } from '../image/describe-parameters.ts';
import { writePicture } from '../image/write-picture.ts';
import type { Picture } from '../pipeline/picture.ts';
import { applyMarks, namesOfMarks } from './apply-marks.ts';
import type { PictureMark } from './picture-mark.ts';
import type { GenerateContext } from './run-generate.ts';
import { saveFile } from './save-file.ts';

interface MadeImage {
  /** From 0. */
  readonly image: number;
  readonly seed: number;
  readonly picture: Picture;
  /** In the order of their application. */
  readonly marks: readonly PictureMark[];
  readonly settled: Pick<Extract<EngineStep, { type: 'settled' }>, 'settings' | 'model'>;
}

/** Writes a picture into the job's folder, as the input wants it, and describes it. */
export async function saveImage(
  { jobId, input, dir, signal }: Pick<GenerateContext, 'jobId' | 'input' | 'dir' | 'signal'>,
  { image, seed, picture, marks, settled }: MadeImage,
): Promise<GeneratedImage> {
  const { format, quality, prompt, negativePrompt } = input;
  const { width, height } = picture;
  const { steps, guidance, scheduler } = settled.settings;
  const { name: model, digest, loras } = settled.model;
  const parameters = describeParameters({
    ...{ prompt, negativePrompt, steps, guidance, seed, width, height, model, digest, loras, scheduler },
    strength: input.source?.strength,
  });
  const bytes = await writePicture(picture, {
    format,
    quality,
    parameters: input.metadata ? parameters : undefined,
  });
  const facts = { jobId, format, width, height, seed, model: { name: model, digest }, signal };
  const marked = await applyMarks(bytes, marks, facts);
  const saved = await saveFile(dir, `image-${String(image + 1).padStart(2, '0')}`, { picture, format, bytes: marked });
  return { seed, ...saved, ...namesOfMarks(marks) };
}
