import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import { personalHash } from './ticket-hash.ts';

/** Signs a hash of 32 bytes as an EIP-191 personal message: 65 bytes, `v` 27 or 28, low `s`. Throws on a bad key. */
export function signHash(engine: CryptoEngine, hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { compact, recovery } = engine.sign(personalHash(engine, hash), privateKey);
  const signature = new Uint8Array(65);
  signature.set(compact);
  signature[64] = 27 + recovery;
  return signature;
}
