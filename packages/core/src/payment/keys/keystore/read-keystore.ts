import { createDecipheriv, timingSafeEqual } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ByocError } from '../../../errors/byoc-error.ts';
import { deriveKey } from './derive-key.ts';
import { readKeystoreFile } from './read-keystore-file.ts';

/**
 * Reads the private key, 32 bytes, of a keystore file (version 3, as go-ethereum and wallets write it; scrypt and PBKDF2). The
 * caller overwrites it with zeros when it is done.
 *
 * @param password UTF-8
 * @throws ByocError KEYSTORE_UNREADABLE, KEYSTORE_INVALID, KEYSTORE_PASSWORD_WRONG
 */
export async function readKeystore(path: string, password: Uint8Array): Promise<Uint8Array> {
  const { crypto: sealed } = await readKeystoreFile(path);
  const derived = await deriveKey(password, sealed);
  try {
    const mac = keccak_256(Buffer.concat([derived.subarray(16), sealed.ciphertext]));
    if (!timingSafeEqual(mac, sealed.mac)) throw new ByocError('KEYSTORE_PASSWORD_WRONG', { path });
    const cipher = createDecipheriv(sealed.cipher, derived.subarray(0, 16), sealed.cipherparams.iv);
    const opened = cipher.update(sealed.ciphertext);
    const privateKey = new Uint8Array(32);
    // Old files leave out leading zeros.
    privateKey.set(opened, 32 - opened.length);
    opened.fill(0);
    return privateKey;
  } finally {
    derived.fill(0);
  }
}
