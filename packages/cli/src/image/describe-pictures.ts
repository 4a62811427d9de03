import { join, relative } from 'node:path';
import type { OutputOf } from '@byoc/core';
import { generate } from '@byoc/plugin-diffusion';
import pc from 'picocolors';

type Output = OutputOf<typeof generate>;

/** Says what was made, a line for each picture, and what was not done as asked; undefined for what is no output of `image/generate`. */
export function describePictures(
  output: unknown,
  { directory, file }: { directory: string | undefined; file: string | undefined },
): string | undefined {
  const { success, data } = generate.schemas.output.safeParse(output);
  if (!success) return undefined;
  return [...data.images.map((image) => describeImage(image, pathOf(image, directory, file))), ...changesOf(data)].join(
    '\n',
  );
}

function describeImage(image: Output['images'][number], path: string): string {
  const { width, height, sizeBytes, seed, sha256 } = image;
  const size =
    sizeBytes < 1024 ** 2 ? `${Math.ceil(sizeBytes / 1024)} KiB` : `${(sizeBytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${pc.bold(path)}  ${width}×${height}  ${size}  seed ${seed}  ${pc.dim(`sha256 ${sha256}`)}`;
}

function pathOf({ image }: Output['images'][number], directory: string | undefined, file: string | undefined): string {
  if (file !== undefined) return shorten(file);
  return directory === undefined ? image.$part : shorten(join(directory, image.$part));
}

function shorten(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

function changesOf({ changes }: Output): string[] {
  return changes.map(({ kind, field, reason }) => pc.dim(`${field} ${kind}: ${reason}`));
}
