import { checkContractSchema } from '../capability/check-contract-schema.ts';
import { checkEstimate } from '../capability/check-estimate.ts';
import { contractDigest } from '../capability/contract-digest.ts';
import { zodIssues } from '../capability/zod-issues.ts';
import { ByocError } from '../errors/byoc-error.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { WORKER_PROTOCOL } from './worker-protocol.ts';

const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Reads a manifest, from its text or from parsed JSON: checks every field, the protocol, the digests, and fills in defaults.
 *
 * @param source JSON text, UTF-8 bytes, or the parsed value
 * @param options.location where it came from, for error texts
 * @throws ByocError MANIFEST_MALFORMED, MANIFEST_PROTOCOL_UNSUPPORTED, MANIFEST_INVALID, MANIFEST_CAPABILITY_DUPLICATE,
 * MANIFEST_DIGEST_MISMATCH, ESTIMATE_INVALID, CAPABILITY_DEFINITION_INVALID
 */
export function parseManifest(source: unknown, options: { location: string }): Manifest {
  const { location } = options;
  const value = readJson(source, location);
  refuseNewer(value, location);
  const result = manifestSchema.safeParse(value);
  if (!result.success) throw new ByocError('MANIFEST_INVALID', { location, issues: zodIssues(result.error, value) });
  const known = new Set<string>();
  for (const { contract, digest } of result.data.capabilities) {
    const capability = `${contract.name}@${contract.version}`;
    if (known.has(capability)) throw new ByocError('MANIFEST_CAPABILITY_DUPLICATE', { location, capability });
    known.add(capability);
    const actual = contractDigest(contract);
    if (actual !== digest) throw new ByocError('MANIFEST_DIGEST_MISMATCH', { capability, expected: digest, actual });
    for (const part of ['input', 'output', 'event', 'update'] as const) {
      const unsafe = contract[part] === undefined ? undefined : checkContractSchema(contract[part]);
      if (unsafe === undefined) continue;
      throw new ByocError('CAPABILITY_DEFINITION_INVALID', { capability, reason: `\`${part}\`: ${unsafe}` });
    }
    for (const [meter, { estimate, policy }] of Object.entries(contract.meters)) {
      if (estimate !== undefined) checkEstimate(meter, estimate);
      if (policy !== 'estimate' || estimate !== undefined) continue;
      const reason = `meter \`${meter}\` has the policy \`estimate\`, and no estimate`;
      throw new ByocError('CAPABILITY_DEFINITION_INVALID', { capability, reason });
    }
  }
  return result.data;
}

function readJson(source: unknown, location: string): unknown {
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) return source;
  const malformed = (reason: string, cause?: unknown) =>
    new ByocError('MANIFEST_MALFORMED', { location, reason }, { cause });
  if (source.length > MOST_CHARACTERS) throw malformed(`it is larger than ${MOST_CHARACTERS} bytes`);
  try {
    const text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw malformed(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** A newer manifest has fields that this version does not know: say that it is newer, not that they are wrong. */
function refuseNewer(value: unknown, location: string): void {
  const { protocol, manifest } = (value ?? {}) as { protocol?: unknown; manifest?: unknown };
  const refuse = (theirs: string, ours: string) =>
    new ByocError('MANIFEST_PROTOCOL_UNSUPPORTED', { location, protocol: theirs, supported: [ours] });
  if (typeof protocol === 'string' && /^byoc\.worker\.v\d+$/.test(protocol) && protocol !== WORKER_PROTOCOL) {
    throw refuse(protocol, WORKER_PROTOCOL);
  }
  if (typeof manifest === 'number' && Number.isInteger(manifest) && manifest > 1) {
    throw refuse(`manifest format ${manifest}`, 'manifest format 1');
  }
}
