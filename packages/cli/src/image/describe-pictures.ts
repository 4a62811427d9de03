import { join, relative } from 'node:path';
import type { OutputOf } from '@byoc/core';
import { generate, upscale } from '@byoc/plugin-diffusion';
import { pc } from '../terminal/colours.ts';

type Upscaled = OutputOf<typeof upscale>;
type Picture = Pick<Upscaled, 'image' | 'width' | 'height' | 'sizeBytes' | 'sha256'> & { readonly seed?: number };

/**
 * Says what was made, a line for each picture, and what was not done as asked; undefined for what is no output of `image/generate` or
 * `image/upscale`.
 */
export function describePictures(
  output: unknown,
  { directory, file }: { directory: string | undefined; file: string | undefined },
): string | undefined {
  const generated = generate.schemas.output.safeParse(output).data;
  const made = generated ?? upscale.schemas.output.safeParse(output).data;
  if (made === undefined) return undefined;
  const pictures: readonly Picture[] = 'images' in made ? made.images : [made];
  return [
    ...pictures.map((picture) => describePicture(picture, pathOf(picture, directory, file))),
    ...changesOf(made),
  ].join('\n');
}

function describePicture(picture: Picture, path: string): string {
  const { width, height, sizeBytes, seed, sha256 } = picture;
  const size =
    sizeBytes < 1024 ** 2 ? `${Math.ceil(sizeBytes / 1024)} KiB` : `${(sizeBytes / 1024 ** 2).toFixed(1)} MiB`;
  const from = seed === undefined ? '' : `  seed ${seed}`;
  return `${pc.bold(path)}  ${width}×${height}  ${size}${from}  ${pc.dim(`sha256 ${sha256}`)}`;
}

function pathOf({ image }: Picture, directory: string | undefined, file: string | undefined): string {
  if (file !== undefined) return shorten(file);
  return directory === undefined ? image.$part : shorten(join(directory, image.$part));
}

function shorten(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

function changesOf({ changes }: Pick<Upscaled, 'changes'>): string[] {
  return changes.map(({ kind, field, reason }) => pc.dim(`${field} ${kind}: ${reason}`));
}
