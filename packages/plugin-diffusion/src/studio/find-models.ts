import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Where adapters lie, in the folder of models. */
export const ADAPTERS_FOLDER = 'loras';

/** Finds the folders of models: those below `folder` that hold a model_index.json, or `folder` itself. By name, sorted. */
export async function findModels(folder: string): Promise<ReadonlyMap<string, string>> {
  const isModel = async (path: string) =>
    (await stat(join(path, 'model_index.json')).catch(() => undefined)) !== undefined;
  if (await isModel(folder)) return new Map([[basename(folder), folder]]);
  const found = new Map<string, string>();
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // A folder without an index is listed as well: asking for it says what it lacks.
    if (entry.name === ADAPTERS_FOLDER) continue;
    if (entry.isDirectory() || entry.isSymbolicLink()) found.set(entry.name, join(folder, entry.name));
  }
  return found;
}
