import { keccak_256 } from '@noble/hashes/sha3.js';
import type { CryptoEngine } from '../keys/crypto-engine.ts';
import { typedDataHash } from '../keys/typed-data-hash.ts';
import type { Receipt } from './receipt.ts';
import { receiptTypedData } from './receipt-typed-data.ts';

/** What is signed for a receipt: its EIP-712 hash, 32 bytes. */
export function receiptHash(receipt: Receipt, keccak256: CryptoEngine['keccak256'] = keccak_256): Uint8Array {
  return typedDataHash(keccak256, receiptTypedData(receipt));
}
