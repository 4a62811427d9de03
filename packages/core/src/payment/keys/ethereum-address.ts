import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The EIP-55 address of an uncompressed secp256k1 public key (65 bytes, 04 first). */
export function ethereumAddress(publicKey: Uint8Array): string {
  return checksumAddress(bytesToHex(keccak_256(publicKey.subarray(1)).subarray(12)));
}

/** Writes 40 hex digits with the upper case of EIP-55 and `0x` before them. */
export function checksumAddress(hex: string): string {
  const lower = hex.toLowerCase();
  const hash = bytesToHex(keccak_256(utf8ToBytes(lower)));
  const digits = [...lower].map((digit, i) => (Number.parseInt(hash[i] ?? '0', 16) >= 8 ? digit.toUpperCase() : digit));
  return `0x${digits.join('')}`;
}
