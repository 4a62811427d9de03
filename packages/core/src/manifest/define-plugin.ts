import type { AnyCapability } from '../capability/capability.ts';
import { deriveManifest } from './derive-manifest.ts';
import type { Handler, Implementation, Plugin } from './plugin.ts';

/** What a plugin is made of. */
export interface PluginDefinition extends Omit<Plugin, 'implementations'> {
  /** One for each capability, made by `implement`. */
  // biome-ignore lint/suspicious/noExplicitAny: a plugin holds implementations of any capability.
  readonly implementations: readonly Implementation<any>[];
}

/**
 * Defines a plugin: its manifest fields, what it implements, and its life. The manifest is checked at once.
 *
 * @example
 * export const plugin = definePlugin({
 *   manifest: { name: 'demo/echo', version: '1.0.0' },
 *   implementations: [implement(echo, async ({ input }) => ({ text: input.text }))],
 * });
 * @throws ByocError MANIFEST_*
 */
export function definePlugin(definition: PluginDefinition): Plugin {
  const plugin: Plugin = definition;
  deriveManifest(plugin);
  return plugin;
}

/** Joins a capability and the code that does it. `estimate` gives meters that CEL can't express. */
export function implement<C extends AnyCapability>(
  capability: C,
  handler: Handler<C>,
  options: Pick<Implementation<C>, 'estimate'> = {},
): Implementation<C> {
  return { capability, handler, ...options };
}
