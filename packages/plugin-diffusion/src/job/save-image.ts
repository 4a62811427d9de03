import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratedImage } from '../capability/output.ts';
import type { EngineStep } from '../engine/image-engine.ts';
import { describeParameters } from '../image/describe-parameters.ts';
import { perceptualHash } from '../image/perceptual-hash.ts';
import { writePicture } from '../image/write-picture.ts';
import type { Picture } from '../pipeline/picture.ts';
import type { GenerateContext } from './run-generate.ts';

const MEDIA_TYPES = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' } as const;

interface MadeImage {
  /** From 0. */
  readonly image: number;
  readonly seed: number;
  readonly picture: Picture;
  readonly settled: Pick<Extract<EngineStep, { type: 'settled' }>, 'settings' | 'model'>;
}

/** Writes a picture into the job's folder, as the input wants it, and describes it. */
export async function saveImage(
  { input, dir }: Pick<GenerateContext, 'input' | 'dir'>,
  { image, seed, picture, settled }: MadeImage,
): Promise<GeneratedImage> {
  const { format, quality, prompt, negativePrompt } = input;
  const { width, height } = picture;
  const { steps, guidance, scheduler } = settled.settings;
  const { name: model, digest, loras } = settled.model;
  const parameters = describeParameters({
    ...{ prompt, negativePrompt, steps, guidance, seed, width, height, model, digest, loras, scheduler },
    strength: input.source?.strength,
  });
  const bytes = await writePicture(picture, { format, quality, parameters: input.metadata ? parameters : undefined });
  const file = `image-${String(image + 1).padStart(2, '0')}.${format === 'jpeg' ? 'jpg' : format}`;
  await writeFile(join(dir.out, file), bytes);
  return {
    image: { $part: file, mediaType: MEDIA_TYPES[format] },
    ...{ seed, width, height, sizeBytes: bytes.length },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    perceptualHash: await perceptualHash(picture),
  };
}
