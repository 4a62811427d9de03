import { ByocError } from '../errors/byoc-error.ts';
import type { Implementation, Plugin } from '../manifest/plugin.ts';

/** Finds what a plugin does for a capability. @throws ByocError CAPABILITY_UNKNOWN */
export function findImplementation({ implementations }: Plugin, reference: string): Implementation {
  const found = implementations.find(({ capability }) => capability.reference === reference);
  if (found) return found;
  throw new ByocError('CAPABILITY_UNKNOWN', {
    capability: reference,
    known: implementations.map(({ capability }) => capability.reference),
  });
}
