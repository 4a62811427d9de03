import { createRequire } from 'node:module';
import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import { createKeccak256 } from './create-keccak256.ts';

/** What is used of `secp256k1/bindings.js`. */
interface Bindings {
  ecdsaRecover(compact: Uint8Array, recovery: number, digest: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(digest: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recid: number };
}

/**
 * Loads libsecp256k1 compiled to machine code. The bindings are loaded by name, because the package's own entry falls back to
 * JavaScript without a word, some 37 times slower.
 *
 * @throws Error when the package, or its binary for this platform, is not installed
 */
export async function loadNativeEngine(): Promise<CryptoEngine> {
  const bindings = createRequire(import.meta.url)('secp256k1/bindings.js') as Bindings;
  return {
    name: 'native',
    keccak256: await createKeccak256(),
    recoverPublicKey(digest, compact, recovery) {
      try {
        return bindings.ecdsaRecover(compact, recovery, digest, false);
      } catch {
        return undefined;
      }
    },
    sign(digest, privateKey) {
      const { signature, recid } = bindings.ecdsaSign(digest, privateKey);
      return { compact: signature, recovery: recid as 0 | 1 };
    },
  };
}
