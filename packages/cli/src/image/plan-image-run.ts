import { existsSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { ByocError, type JsonObject } from '@byoc/core';
import { generate, upscale } from '@byoc/plugin-diffusion';
import { PREVIEW_SIZE } from './draw-picture.ts';

/** Formats by the names of files. */
const FORMATS: Readonly<Record<string, string>> = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp' };
/** How many previews a job shows, about. */
const PREVIEWS = 8;
/** Where a job names none: about what models take. */
const STEPS = 24;

/** Tells whether a reference asks for pictures: for `image/generate` or `image/upscale`. */
export function isImage(capability: string): boolean {
  return isGenerated(capability) || capability.split('@')[0] === upscale.name;
}

/** Tells whether a reference asks for `image/generate`. */
export function isGenerated(capability: string): boolean {
  return capability.split('@')[0] === generate.name;
}

/**
 * The file that an output names, where it does so instead of a folder: a picture, of a job for one. The job is asked for its format.
 *
 * @throws ByocError INPUT_ARGUMENT_INVALID, DOWNLOAD_TARGET_EXISTS, before anything is paid for
 */
export function planImageFile(input: JsonObject, output: string): string | undefined {
  const format = FORMATS[extname(output).toLowerCase()];
  if (format === undefined) return undefined;
  const refuse = (reason: string) =>
    new ByocError('INPUT_ARGUMENT_INVALID', { argument: `--output ${output}`, reason });
  if ((input['count'] ?? 1) !== 1) throw refuse('it names one file, and several pictures are asked for: name a folder');
  if ((input['format'] ?? format) !== format)
    throw refuse(`\`format\` of the input is ${JSON.stringify(input['format'])}`);
  const path = resolve(output);
  if (existsSync(path)) throw new ByocError('DOWNLOAD_TARGET_EXISTS', { path });
  if (!existsSync(dirname(path))) throw refuse('its folder is not there');
  input['format'] = format;
  return path;
}

/** Asks for a few previews, unless the input does. */
export function askForPreviews(input: JsonObject): void {
  const steps = typeof input['steps'] === 'number' ? input['steps'] : STEPS;
  input['previews'] ??= { everySteps: Math.max(1, Math.round(steps / PREVIEWS)), size: PREVIEW_SIZE };
}
