import { bytesToHex } from '@noble/hashes/utils.js';
import { createPortableEngine } from '../keys/create-portable-engine.ts';
import type { CryptoEngine } from '../keys/crypto-engine.ts';
import { recoverSigner } from '../keys/recover-signer.ts';
import type { Receipt } from './receipt.ts';
import { receiptHash } from './receipt-hash.ts';

/** Who signed a receipt, as a lower-case ETH address; undefined when the signature is no valid one. Never throws. */
export function receiptSigner(
  receipt: Receipt,
  signature: Uint8Array,
  engine: CryptoEngine = createPortableEngine(),
): string | undefined {
  try {
    const signer = recoverSigner(engine, receiptHash(receipt, engine.keccak256), signature);
    return 'address' in signer ? `0x${bytesToHex(signer.address)}` : undefined;
  } catch {
    return undefined;
  }
}
