import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError } from '../errors/byoc-error.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/parse-manifest.ts';

/** Reads plugin.json of a folder. @throws ByocError MANIFEST_* */
export async function readManifestFile(folder: string): Promise<Manifest> {
  const location = join(folder, 'plugin.json');
  const text = await readFile(location, 'utf8').catch((cause: unknown) => {
    throw new ByocError('MANIFEST_MISSING', { location }, { cause });
  });
  return parseManifest(text, { location });
}
