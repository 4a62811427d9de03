import { secp256k1 } from '@noble/curves/secp256k1.js';

/** Makes a random secp256k1 private key, 32 bytes. */
export function createPrivateKey(): Uint8Array {
  return secp256k1.utils.randomSecretKey();
}
