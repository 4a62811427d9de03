import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Receipt } from './receipt.ts';
import { receiptHash } from './receipt-hash.ts';

/** Who signed a receipt, as a lower-case ETH address; undefined when the signature is no valid one. Never throws. */
export function receiptSigner(receipt: Receipt, signature: Uint8Array): string | undefined {
  const recovery = (signature[64] ?? 0) - 27;
  if (signature.length !== 65 || (recovery !== 0 && recovery !== 1)) return undefined;
  try {
    const recovered = Uint8Array.from([recovery, ...signature.subarray(0, 64)]);
    if (secp256k1.Signature.fromBytes(recovered, 'recovered').hasHighS()) return undefined;
    const key = secp256k1.recoverPublicKey(recovered, receiptHash(receipt), { prehash: false });
    const point = secp256k1.Point.fromBytes(key).toBytes(false);
    return `0x${bytesToHex(keccak_256(point.subarray(1)).subarray(12))}`;
  } catch {
    return undefined;
  }
}
