import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { Receipt } from './receipt.ts';
import { receiptHash } from './receipt-hash.ts';

/** Signs a receipt (EIP-712) with the orchestrator's private key, 32 bytes: 65 bytes, `v` 27 or 28, low `s`. */
export function signReceipt(receipt: Receipt, privateKey: Uint8Array): Uint8Array {
  const made = secp256k1.sign(receiptHash(receipt), privateKey, { prehash: false, format: 'recovered' });
  return Uint8Array.from([...made.subarray(1), 27 + (made[0] as number)]);
}
