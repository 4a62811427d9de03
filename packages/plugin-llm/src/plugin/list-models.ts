import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A model file and its name. */
export interface ListedModel {
  readonly name: string;
  readonly path: string;
}

/** Lists the GGUF files of a folder by name; of a model in pieces, the first. */
export async function listModels(folder: string): Promise<ListedModel[]> {
  const files = await readdir(folder).catch(() => []);
  return files
    .toSorted()
    .filter((file) => file.endsWith('.gguf') && !/-(?!00001)\d{5}-of-\d{5}\.gguf$/.test(file))
    .map((file) => ({
      name: file.replace(/(-00001-of-\d{5})?\.gguf$/, ''),
      path: join(folder, file),
    }));
}
