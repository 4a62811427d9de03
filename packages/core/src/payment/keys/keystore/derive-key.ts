import { pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import type { SealedKey } from './keystore-file.ts';

const derive = {
  scrypt: promisify<Uint8Array, Uint8Array, number, object, Buffer>(scrypt),
  pbkdf2: promisify<Uint8Array, Uint8Array, number, number, string, Buffer>(pbkdf2),
};

/** Derives the 32 bytes that seal a key from a password, beside the event loop. */
export async function deriveKey(password: Uint8Array, sealed: Pick<SealedKey, 'kdf' | 'kdfparams'>): Promise<Buffer> {
  const { kdfparams } = sealed;
  if ('c' in kdfparams) return derive.pbkdf2(password, kdfparams.salt, kdfparams.c, kdfparams.dklen, 'sha256');
  const { n, r, p, dklen, salt } = kdfparams;
  // OpenSSL keeps to RFC 7914, which allows no such n; the definition's own example has it.
  if (n >= 2 ** (16 * r)) return Buffer.from(await scryptAsync(password, salt, { N: n, r, p, dkLen: dklen }));
  return derive.scrypt(password, salt, dklen, { N: n, r, p, maxmem: 128 * n * r + 128 * r * p + 1024 * 1024 });
}
