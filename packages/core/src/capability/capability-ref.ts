import semver from 'semver';
import { ByocError } from '../errors/byoc-error.ts';

/** A reference to a capability: a name and the versions that will do. */
export interface CapabilityRef {
  /** `namespace/name`. */
  readonly name: string;
  /** A semver range; `*` when the reference names no version. */
  readonly range: string;
  /** The version, when the reference names exactly one. */
  readonly version: string | undefined;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}\/[a-z0-9][a-z0-9-]{0,62}$/;
const LONGEST = 256;

/** Tells whether a text has the form `namespace/name`. */
export function isCapabilityName(text: string): boolean {
  return NAME.test(text);
}

/**
 * Reads `namespace/name`, `namespace/name@1.2.3` or `namespace/name@^1`.
 *
 * @throws ByocError CAPABILITY_REFERENCE_INVALID
 */
export function parseCapabilityRef(text: string): CapabilityRef {
  const at = text.indexOf('@');
  const name = at === -1 ? text : text.slice(0, at);
  const wanted = at === -1 ? '*' : text.slice(at + 1).trim();
  if (text.length > LONGEST || !isCapabilityName(name) || wanted === '' || semver.validRange(wanted) === null) {
    throw new ByocError('CAPABILITY_REFERENCE_INVALID', { reference: text.slice(0, LONGEST) });
  }
  const version = semver.parse(wanted);
  // Build metadata is part of a version's text, not of its precedence: keep the text as it was written.
  return { name, range: wanted, version: version === null ? undefined : wanted.replace(/^[=v\s]+/, '') };
}

/**
 * Tells whether a capability (`namespace/name@1.2.3`) is one that `wanted` (a name, with a version or a range) asks for.
 * A pre-release matches only a range that names a pre-release of the same version, as npm does it.
 *
 * @throws ByocError CAPABILITY_REFERENCE_INVALID when either can't be read
 */
export function matchesCapability(reference: string, wanted: string | CapabilityRef): boolean {
  const { name, range } = typeof wanted === 'string' ? parseCapabilityRef(wanted) : wanted;
  const offered = parseCapabilityRef(reference);
  if (offered.version === undefined) throw new ByocError('CAPABILITY_REFERENCE_INVALID', { reference });
  return offered.name === name && semver.satisfies(offered.version, range);
}

/**
 * Picks the highest version among `references` (`namespace/name@1.2.3`) that `wanted` asks for; undefined when none does.
 *
 * @example
 * matchCapability('video/transcode@^1', ['video/transcode@1.0.0', 'video/transcode@1.2.0']) // 'video/transcode@1.2.0'
 * @throws ByocError CAPABILITY_REFERENCE_INVALID
 */
export function matchCapability(wanted: string | CapabilityRef, references: Iterable<string>): string | undefined {
  const ref = typeof wanted === 'string' ? parseCapabilityRef(wanted) : wanted;
  let best: { reference: string; version: string } | undefined;
  for (const reference of references) {
    if (!matchesCapability(reference, ref)) continue;
    const version = reference.slice(reference.indexOf('@') + 1);
    if (best === undefined || semver.compareBuild(version, best.version) > 0) best = { reference, version };
  }
  return best?.reference;
}
