import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { listFiles } from '../model/read-model-folder.ts';
import { findNetwork } from '../upscale/find-network.ts';

/** Where adapters lie, in the folder of models. */
export const ADAPTERS_FOLDER = 'loras';

/** Folders of models by their names, sorted. */
export interface FoundModels {
  readonly models: ReadonlyMap<string, string>;
  /** Of networks that enlarge pictures. */
  readonly upscalers: ReadonlyMap<string, string>;
}

/** Finds the folders of models: those below `folder`, or `folder` itself where it holds a model_index.json or nothing but one network. */
export async function findModels(folder: string): Promise<FoundModels> {
  const hasIndex = (await stat(join(folder, 'model_index.json')).catch(() => undefined)) !== undefined;
  if (hasIndex) return { models: new Map([[basename(folder), folder]]), upscalers: new Map() };
  const found = { models: new Map<string, string>(), upscalers: new Map<string, string>() };
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some(({ name }) => name.endsWith('.onnx')))
    return { ...found, upscalers: new Map([[basename(folder), folder]]) };
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === ADAPTERS_FOLDER || !(entry.isDirectory() || entry.isSymbolicLink())) continue;
    const path = join(folder, entry.name);
    const isUpscaler = findNetwork(await listFiles(path).catch(() => [])) !== undefined;
    // A folder without an index is listed as well: asking for it says what it lacks.
    found[isUpscaler ? 'upscalers' : 'models'].set(entry.name, path);
  }
  return found;
}
