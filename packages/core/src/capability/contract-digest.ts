import { canonicalJson } from './canonical-json.ts';
import type { CapabilityContract } from './capability.ts';
import { sha256Hex } from './sha256-hex.ts';

/** The digest of a contract: `sha256:` and the hex sha256 of its canonical JSON. Offers state it and receipts bind it. */
export function contractDigest(contract: CapabilityContract): string {
  return `sha256:${sha256Hex(canonicalJson(contract))}`;
}
