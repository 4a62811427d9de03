import { scalePicture } from '../image/write-picture.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { SafetyChecker } from '../model/safety-checker.ts';
import type { LoadedModel } from '../pipeline/loaded-model.ts';
import type { Picture } from '../pipeline/picture.ts';
import { runNetwork } from '../pipeline/run-network.ts';

/** A picture as it may be shown. */
export interface JudgedPicture {
  readonly picture: Picture;
  /** It was flagged, and is black. */
  readonly isBlanked: boolean;
}

/**
 * Asks the model's own safety checker about a picture, where it has one.
 *
 * @throws ImageFailure `picture-flagged` where the operator refuses such pictures
 */
export async function judgePicture(model: LoadedModel, picture: Picture): Promise<JudgedPicture> {
  const { safetyChecker, name } = model.folder;
  if (safetyChecker === undefined || !(await isFlagged(model, picture, safetyChecker)))
    return { picture, isBlanked: false };
  if (safetyChecker.onFlag === 'blank') return { picture: blanked(picture), isBlanked: true };
  throw new ImageFailure({
    reason: 'picture-flagged',
    message: `The safety checker of the model \`${name}\` flagged the picture; nothing of it is given out`,
    hint: 'Ask for something else, or with another seed: checkers err.',
  });
}

/** An unfinished picture as it may be shown: black where it is flagged. */
export async function judgePreview(model: LoadedModel, picture: Picture): Promise<Picture> {
  const { safetyChecker } = model.folder;
  if (safetyChecker === undefined) return picture;
  return (await isFlagged(model, picture, safetyChecker)) ? blanked(picture) : picture;
}

function blanked({ width, height, pixels }: Picture): Picture {
  return { width, height, pixels: new Uint8Array(pixels.length) };
}

async function isFlagged(model: LoadedModel, picture: Picture, checker: SafetyChecker): Promise<boolean> {
  const { width, height } = picture;
  const values = {
    clip_input: { dims: [1, 3, checker.side, checker.side], data: await clipPlanes(picture, checker) },
    // What it would blank: its word is enough.
    images: { dims: [1, height, width, 3], data: new Float32Array(width * height * 3) },
  };
  const { has_nsfw_concepts: flags } = await runNetwork(model, 'safety_checker', values, ['has_nsfw_concepts']);
  return flags?.data[0] !== 0;
}

/** The middle of a picture as CLIP sees it. */
async function clipPlanes(
  picture: Picture,
  { shortSide, side, mean, deviation }: SafetyChecker,
): Promise<Float32Array> {
  const scale = shortSide / Math.min(picture.width, picture.height);
  const [width, height] = [Math.trunc(picture.width * scale), Math.trunc(picture.height * scale)];
  const { pixels } = await scalePicture(picture, width, height, { kernel: 'cubic' });
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  const planes = new Float32Array(3 * side * side);
  for (let colour = 0; colour < 3; colour += 1)
    for (let at = 0; at < side * side; at += 1) {
      const place = (top + Math.floor(at / side)) * width + left + (at % side);
      const value = (pixels[place * 3 + colour] as number) / 255;
      planes[colour * side * side + at] = (value - (mean[colour] as number)) / (deviation[colour] as number);
    }
  return planes;
}
