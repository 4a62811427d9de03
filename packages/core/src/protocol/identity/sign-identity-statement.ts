import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import type { Identity } from './create-identity.ts';
import { identityStatement } from './identity-statement.ts';
import { personalMessageHash } from './personal-message-hash.ts';

/** Signs the identity statement for a certificate. Returns 65 bytes: r, s, v (27 or 28). */
export function signIdentityStatement(identity: Identity, certificateSha256: string): Uint8Array {
  const hash = personalMessageHash(identityStatement(identity.address, certificateSha256));
  const signed = secp256k1.sign(hash, hexToBytes(identity.privateKeyHex), { prehash: false, format: 'recovered' });
  const signature = new Uint8Array(65);
  signature.set(signed.subarray(1), 0);
  signature[64] = 27 + (signed[0] ?? 0);
  return signature;
}
