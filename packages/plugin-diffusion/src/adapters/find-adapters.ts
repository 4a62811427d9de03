import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Adapters of a folder by their names, sorted. Other formats than .safetensors are not opened, and not listed. */
export async function findAdapters(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.safetensors')).sort();
  return new Map(names.map((name) => [name.slice(0, -'.safetensors'.length), join(folder, name)]));
}
