import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ImageFailure } from './image-failure.ts';
import type { ModelFolder } from './model-folder.ts';

/** Files of the top folder are about the model, all but its index and networks: settings, a card, pictures. */
const isOfModel = (path: string) => path.includes('/') || path === 'model_index.json' || /\.onnx/.test(path);

/**
 * The digest of a model: sha256 of a list of its files, each with its own sha256. Checks those that the settings name.
 *
 * @throws ImageFailure `model-digest-wrong`
 */
export async function hashModel(
  {
    name,
    path,
    files,
    settings,
  }: Pick<ModelFolder, 'name' | 'path' | 'files'> & {
    readonly settings: Pick<ModelFolder['settings'], 'sha256'>;
  },
  signal: AbortSignal,
): Promise<string> {
  const list = createHash('sha256');
  const found = new Map<string, string>();
  for (const file of files) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(path, file.path)), hash, { signal });
    const sha256 = hash.digest('hex');
    found.set(file.path, sha256);
    if (isOfModel(file.path)) list.update(`${sha256}  ${file.path}\n`);
  }
  for (const [file, wanted] of Object.entries(settings.sha256)) {
    if (found.get(file) === wanted) continue;
    throw new ImageFailure({
      reason: 'model-digest-wrong',
      message: `\`${file}\` of the model \`${name}\` has the sha256 ${found.get(file) ?? 'of no file'}, not ${wanted}`,
      hint: 'Fetch the model again.',
      recovery: 'retry-other',
    });
  }
  return `sha256:${list.digest('hex')}`;
}
