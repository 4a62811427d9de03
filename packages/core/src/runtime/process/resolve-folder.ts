import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../capability/canonical-json.ts';
import { sha256Hex } from '../../capability/sha256-hex.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { checkBuilt } from '../check-built.ts';
import type { ResolvedPlugin } from '../container-runtime.ts';
import { readManifestFile } from '../read-manifest-file.ts';

/**
 * Reads a plugin folder. Its digest covers the manifest and those files of the folder that `command` names, so that a
 * rebuilt worker is another version.
 *
 * @throws ByocError MANIFEST_*, PLUGIN_COMMAND_MISSING, PLUGIN_NOT_BUILT
 */
export async function resolveFolder(folder: string): Promise<ResolvedPlugin> {
  const manifest = await readManifestFile(folder);
  if (manifest.command === undefined) throw new ByocError('PLUGIN_COMMAND_MISSING', { plugin: manifest.name, folder });
  await checkBuilt(manifest, folder);
  const files: string[] = [];
  for (const word of manifest.command.slice(1)) {
    if (word.startsWith('-')) continue;
    const content = await readFile(join(folder, word)).catch(() => undefined);
    if (content !== undefined) files.push(sha256Hex(content));
  }
  return { manifest, artifact: folder, digest: `sha256:${sha256Hex(canonicalJson({ manifest, files } as never))}` };
}
