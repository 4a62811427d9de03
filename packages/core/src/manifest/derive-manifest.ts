import type { Manifest } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';
import type { Plugin } from './plugin.ts';
import { WORKER_PROTOCOL } from './worker-protocol.ts';

/**
 * Derives a plugin's manifest from its code: the capabilities are added from the implementations, defaults filled in.
 *
 * @throws ByocError MANIFEST_*
 */
export function deriveManifest(plugin: Plugin): Manifest {
  const written = {
    manifest: 1,
    ...plugin.manifest,
    protocol: WORKER_PROTOCOL,
    capabilities: plugin.implementations.map(({ capability }) => ({
      digest: capability.digest,
      contract: capability.contract,
    })),
  };
  return parseManifest(written, { location: `definePlugin(${JSON.stringify(plugin.manifest.name)})` });
}

/** The text of plugin.json: the same manifest always gives the same text. Two spaces, a line end last. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
