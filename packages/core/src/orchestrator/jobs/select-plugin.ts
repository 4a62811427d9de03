import type { CapabilityContract } from '../../capability/capability.ts';
import { matchCapability } from '../../capability/capability-ref.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { HostedPlugin } from '../plugin-host.ts';

/** A capability of a plugin here. */
export interface SelectedCapability {
  readonly plugin: HostedPlugin;
  /** `namespace/name@version`, exact. */
  readonly reference: string;
  readonly contract: CapabilityContract;
  readonly digest: string;
}

/**
 * Picks the plugin for a wanted capability: the highest version that fits; among plugins of the same version, one whose
 * worker takes jobs.
 *
 * @throws ByocError CAPABILITY_REFERENCE_INVALID, CAPABILITY_NOT_OFFERED
 */
export function selectPlugin(plugins: readonly HostedPlugin[], wanted: string): SelectedCapability {
  const all = plugins.flatMap((plugin) =>
    plugin.manifest.capabilities.map(({ contract, digest }) => ({
      ...{ plugin, contract, digest, reference: `${contract.name}@${contract.version}` },
    })),
  );
  // Most callers name exactly what an offer names: reading ranges would cost more than all else here.
  const exact = all.filter(({ reference }) => reference === wanted);
  const fitting = exact.length > 0 ? exact : bestOf(all, wanted);
  const selected = fitting.find(({ plugin }) => plugin.worker !== undefined) ?? fitting[0];
  if (selected === undefined)
    throw new ByocError('CAPABILITY_NOT_OFFERED', {
      capability: wanted,
      offered: [...new Set(all.map((one) => one.reference))],
    });
  return selected;
}

function bestOf(all: readonly SelectedCapability[], wanted: string): readonly SelectedCapability[] {
  const best = matchCapability(wanted, new Set(all.map(({ reference }) => reference)));
  return all.filter(({ reference }) => reference === best);
}
