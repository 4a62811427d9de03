import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ethereumAddress } from './ethereum-address.ts';
import { personalMessageHash } from './personal-message-hash.ts';

/** The address whose key signed a text (EIP-191), or undefined when the signature is not valid. Never throws. */
export function recoverAddress(text: string, signature: Uint8Array): string | undefined {
  const recovery = (signature[64] ?? 0) - 27;
  if (signature.length !== 65 || (recovery !== 0 && recovery !== 1)) return undefined;
  const recovered = new Uint8Array(65);
  recovered[0] = recovery;
  recovered.set(signature.subarray(0, 64), 1);
  try {
    const publicKey = secp256k1.recoverPublicKey(recovered, personalMessageHash(text), { prehash: false });
    return ethereumAddress(secp256k1.Point.fromBytes(publicKey).toBytes(false));
  } catch {
    return undefined;
  }
}
