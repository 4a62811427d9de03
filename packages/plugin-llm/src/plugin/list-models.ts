import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A model file and its name. */
export interface ListedModel {
  readonly name: string;
  readonly path: string;
}

/**
 * Lists the GGUF files of a folder by name; of a model in pieces, the first. A folder in it is a model of its name, whatever its file is
 * called; one that holds several models gives each its own name behind the folder's.
 */
export async function listModels(folder: string): Promise<ListedModel[]> {
  const listed: ListedModel[] = [];
  for (const entry of (await readdir(folder).catch(() => [])).toSorted()) {
    const path = join(folder, entry);
    // The host may have laid a link there.
    if (!(await stat(path)).isDirectory()) {
      if (isModel(entry)) listed.push({ name: nameOf(entry), path });
      continue;
    }
    const files = (await readdir(path, { recursive: true })).filter(isModel).toSorted();
    for (const file of files)
      listed.push({ name: files.length === 1 ? entry : `${entry}/${nameOf(file)}`, path: join(path, file) });
  }
  return listed;
}

function isModel(file: string): boolean {
  return file.endsWith('.gguf') && !/-(?!00001)\d{5}-of-\d{5}\.gguf$/.test(file);
}

function nameOf(file: string): string {
  return file.replace(/(-00001-of-\d{5})?\.gguf$/, '');
}
