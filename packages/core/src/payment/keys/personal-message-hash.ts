import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { CryptoEngine } from './crypto-engine.ts';

/** The EIP-191 hash (version 0x45, `personal_sign`) of a text or of bytes. */
export function personalMessageHash(keccak256: CryptoEngine['keccak256'], message: string | Uint8Array): Uint8Array {
  const bytes = typeof message === 'string' ? utf8ToBytes(message) : message;
  return keccak256(concatBytes(utf8ToBytes(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes));
}
