import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { CryptoEngine } from './crypto-engine.ts';

/** Creates the engine that needs nothing installed and is some 20 times slower than native: plain JavaScript. */
export function createPortableEngine(): CryptoEngine {
  return {
    name: 'portable',
    keccak256: keccak_256,
    recoverPublicKey(digest, compact, recovery) {
      const recovered = new Uint8Array(65);
      recovered[0] = recovery;
      recovered.set(compact, 1);
      try {
        const key = secp256k1.recoverPublicKey(recovered, digest, { prehash: false });
        return secp256k1.Point.fromBytes(key).toBytes(false);
      } catch {
        return undefined;
      }
    },
    sign(digest, privateKey) {
      const made = secp256k1.sign(digest, privateKey, { prehash: false, format: 'recovered' });
      return { compact: made.subarray(1), recovery: made[0] as 0 | 1 };
    },
  };
}
