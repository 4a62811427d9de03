import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import { createKeccak256 } from './create-keccak256.ts';

/**
 * Loads libsecp256k1 compiled to WebAssembly: about half as fast as native, on every platform.
 *
 * @throws Error when the package is not installed
 */
export async function loadWasmEngine(): Promise<CryptoEngine> {
  const { instantiateSecp256k1 } = await import('@bitauth/libauth');
  const [secp256k1, keccak256] = await Promise.all([instantiateSecp256k1(), createKeccak256()]);
  return {
    name: 'wasm',
    keccak256,
    recoverPublicKey(digest, compact, recovery) {
      const key = secp256k1.recoverPublicKeyUncompressed(compact, recovery, digest);
      return typeof key === 'string' ? undefined : key;
    },
    sign(digest, privateKey) {
      const made = secp256k1.signMessageHashRecoverableCompact(privateKey, digest);
      if (typeof made === 'string') throw new TypeError(made);
      return { compact: made.signature, recovery: made.recoveryId as 0 | 1 };
    },
  };
}
