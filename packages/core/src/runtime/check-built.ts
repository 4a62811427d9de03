import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError } from '../errors/byoc-error.ts';
import type { Manifest } from '../manifest/manifest.ts';

/**
 * Checks that the script which `command` starts is there: a plugin folder that was never built is a common slip.
 *
 * @throws ByocError PLUGIN_NOT_BUILT
 */
export async function checkBuilt(manifest: Manifest, folder: string): Promise<void> {
  const script = manifest.command?.slice(1).find((word) => /^[^-].*\.(js|mjs|cjs|ts|py)$/.test(word));
  if (script === undefined) return;
  await access(join(folder, script)).catch((cause: unknown) => {
    throw new ByocError('PLUGIN_NOT_BUILT', { plugin: manifest.name, folder, file: script }, { cause });
  });
}
