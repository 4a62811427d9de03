import { keccak_256 } from '@noble/hashes/sha3.js';
import { typedDataHash } from '../keys/typed-data-hash.ts';
import type { Receipt } from './receipt.ts';
import { receiptTypedData } from './receipt-typed-data.ts';

/** What is signed for a receipt: its EIP-712 hash, 32 bytes. */
export function receiptHash(receipt: Receipt): Uint8Array {
  return typedDataHash(keccak_256, receiptTypedData(receipt));
}
