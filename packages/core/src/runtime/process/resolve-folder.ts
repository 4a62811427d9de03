import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../capability/canonical-json.ts';
import { sha256Hex } from '../../capability/sha256-hex.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { parseManifest } from '../../manifest/parse-manifest.ts';
import type { ResolvedPlugin } from '../container-runtime.ts';

/**
 * Reads a plugin folder. Its digest covers the manifest and those files of the folder that `command` names, so that a
 * rebuilt worker is another version.
 *
 * @throws ByocError MANIFEST_*, PLUGIN_COMMAND_MISSING
 */
export async function resolveFolder(folder: string): Promise<ResolvedPlugin> {
  const location = join(folder, 'plugin.json');
  const text = await readFile(location, 'utf8').catch((cause: unknown) => {
    throw new ByocError('MANIFEST_MISSING', { location }, { cause });
  });
  const manifest = parseManifest(text, { location });
  if (manifest.command === undefined) throw new ByocError('PLUGIN_COMMAND_MISSING', { plugin: manifest.name, folder });
  const files: string[] = [];
  for (const word of manifest.command.slice(1)) {
    if (word.startsWith('-')) continue;
    const content = await readFile(join(folder, word)).catch(() => undefined);
    if (content !== undefined) files.push(sha256Hex(content));
  }
  return { manifest, artifact: folder, digest: `sha256:${sha256Hex(canonicalJson({ manifest, files } as never))}` };
}
