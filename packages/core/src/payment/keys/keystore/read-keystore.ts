import { createDecipheriv, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ByocError } from '../../../errors/byoc-error.ts';
import { deriveKey } from './derive-key.ts';
import { keystoreFileSchema } from './keystore-file.ts';

const FILE_BYTES_MAX = 64 * 1024;

/**
 * Reads the private key, 32 bytes, of a keystore file (version 3, as go-ethereum and wallets write it; scrypt and PBKDF2). The
 * caller overwrites it with zeros when it is done.
 *
 * @param password UTF-8
 * @throws ByocError KEYSTORE_UNREADABLE, KEYSTORE_INVALID, KEYSTORE_PASSWORD_WRONG
 */
export async function readKeystore(path: string, password: Uint8Array): Promise<Uint8Array> {
  const sealed = parse(path, await readText(path));
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

async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > FILE_BYTES_MAX)
      throw new ByocError('KEYSTORE_INVALID', { path, reason: 'it is too long' });
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof ByocError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ByocError('KEYSTORE_UNREADABLE', { path, reason: code ?? message }, { cause });
  }
}

function parse(path: string, text: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own words quote the file.
    throw new ByocError('KEYSTORE_INVALID', { path, reason: 'it is no JSON' });
  }
  const parsed = keystoreFileSchema.safeParse(json);
  if (parsed.success) return parsed.data.crypto;
  const [issue] = parsed.error.issues;
  const reason = `\`${issue?.path.join('.')}\`: ${issue?.message}`;
  throw new ByocError('KEYSTORE_INVALID', { path, reason }, { cause: parsed.error });
}
