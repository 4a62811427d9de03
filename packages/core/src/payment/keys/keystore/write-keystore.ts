import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ByocError } from '../../../errors/byoc-error.ts';
import { createLocalSigner } from '../create-local-signer.ts';
import { deriveKey } from './derive-key.ts';

/**
 * Seals a private key with a password in a new file (keystore version 3, scrypt), mode 0600. The file is whole or not there,
 * whenever the machine stops, and one that is there is never replaced.
 *
 * @param options.scryptN cost; go-ethereum's standard. A power of 2. @default 262144
 * @throws ByocError KEYSTORE_EXISTS, KEYSTORE_UNREADABLE, KEYSTORE_PASSWORD_MISSING, KEY_INVALID
 */
export async function writeKeystore(
  path: string,
  { privateKey, password }: { privateKey: Uint8Array; password: Uint8Array },
  { scryptN = 262_144 }: { scryptN?: number | undefined } = {},
): Promise<void> {
  if (password.length === 0) throw new ByocError('KEYSTORE_PASSWORD_MISSING', { path });
  const signer = createLocalSigner(privateKey);
  signer.close();
  const iv = randomBytes(16);
  const kdfparams = { dklen: 32, n: scryptN, p: 1, r: 8, salt: randomBytes(32) } as const;
  const derived = await deriveKey(password, { kdf: 'scrypt', kdfparams });
  const ciphertext = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv).update(privateKey);
  const mac = keccak_256(Buffer.concat([derived.subarray(16), ciphertext]));
  derived.fill(0);
  const file = {
    address: signer.address.slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      ciphertext: ciphertext.toString('hex'),
      cipherparams: { iv: iv.toString('hex') },
      kdf: 'scrypt',
      kdfparams: { ...kdfparams, salt: kdfparams.salt.toString('hex') },
      mac: Buffer.from(mac).toString('hex'),
    },
    id: randomUUID(),
    version: 3,
  };
  await writeNew(path, `${JSON.stringify(file)}\n`);
}

async function writeNew(path: string, text: string): Promise<void> {
  const fresh = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(fresh, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename, a link fails when something is there.
    await link(fresh, path).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'EEXIST' ? new ByocError('KEYSTORE_EXISTS', { path }, { cause }) : cause;
    });
    const folder = await open(dirname(path));
    await folder.sync();
    await folder.close();
  } catch (cause) {
    if (cause instanceof ByocError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ByocError('KEYSTORE_UNREADABLE', { path, reason: code ?? message }, { cause });
  } finally {
    await rm(fresh, { force: true }).catch(() => {});
  }
}
