import type { LatentGuess } from '../src/model/model-settings.ts';
import { decodeLatents } from '../src/pipeline/decode-latents.ts';
import { encodePicture } from '../src/pipeline/encode-picture.ts';
import type { LoadedModel } from '../src/pipeline/loaded-model.ts';
import type { Picture } from '../src/pipeline/picture.ts';

/** Fits the guess of what a model's latents look like to what its decoder makes of them, by least squares over every latent of some pictures. */
export async function fitPreview(
  model: LoadedModel,
  pictures: readonly Picture[],
  { scale, signal }: { readonly scale: number; readonly signal: AbortSignal },
): Promise<LatentGuess> {
  const { latentChannels, pixelsPerLatent } = model.folder;
  const from = latentChannels + 1;
  const to = 3 * scale ** 2;
  // The normal equations, one row for each channel and one for the bias: known products, then wanted ones.
  const rows = Array.from({ length: from }, () => new Float64Array(from + to));
  for (const picture of pictures) {
    const [width, height] = [picture.width / pixelsPerLatent, picture.height / pixelsPerLatent];
    const latents = await encodePicture(model, picture);
    const decoded = await decodeLatents(model, latents, { width, height, signal });
    for (let at = 0; at < width * height; at += 1) {
      const known = Array.from({ length: latentChannels }, (_, channel) => latents[channel * width * height + at] ?? 0);
      const place = { left: (at % width) * pixelsPerLatent, top: Math.floor(at / width) * pixelsPerLatent };
      const values = [...known, 1, ...shrunk(decoded, { ...place, scale, side: pixelsPerLatent / scale })];
      for (const [index, row] of rows.entries())
        for (const [column, value] of values.entries()) row[column] = (row[column] ?? 0) + (values[index] ?? 0) * value;
    }
  }
  const solved = solve(rows).map((row) => Array.from(row.subarray(from), (value) => Number(value.toFixed(3))));
  return { scale, bias: solved[latentChannels] ?? [], factors: solved.slice(0, latentChannels) };
}

/** Means of squares of `side` pixels, `scale` by `scale` of them: red, green and blue of each, -1 to 1. */
function shrunk(
  { width, pixels }: Picture,
  { left, top, scale, side }: { left: number; top: number; scale: number; side: number },
): number[] {
  const means = new Array<number>(3 * scale ** 2).fill(-1);
  for (let y = 0; y < scale * side; y += 1)
    for (let x = 0; x < scale * side; x += 1)
      for (let colour = 0; colour < 3; colour += 1) {
        const at = (Math.floor(y / side) * scale + Math.floor(x / side)) * 3 + colour;
        means[at] = (means[at] ?? 0) + (pixels[((top + y) * width + left + x) * 3 + colour] ?? 0) / 127.5 / side ** 2;
      }
  return means;
}

/** Gauss and Jordan's elimination, which leaves the solution right of the unit matrix. Normal equations need no pivoting. */
function solve(rows: readonly Float64Array[]): readonly Float64Array[] {
  for (const [column, pivot] of rows.entries()) {
    const whole = pivot[column] ?? 0;
    for (const [at, value] of pivot.entries()) pivot[at] = value / whole;
    for (const row of rows) {
      const share = row[column] ?? 0;
      if (row !== pivot) for (const [at, value] of pivot.entries()) row[at] = (row[at] ?? 0) - share * value;
    }
  }
  return rows;
}
