import { createCipheriv, randomUUID, scryptSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createLocalSigner } from '../create-local-signer.ts';
import { readKeystore } from './read-keystore.ts';
import { writeKeystore } from './write-keystore.ts';

const directory = mkdtempSync(join(tmpdir(), 'byoc-keystore-'));
afterAll(() => rmSync(directory, { recursive: true }));
const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');
const newPath = () => join(directory, `${randomUUID()}.json`);
function store(json: unknown): string {
  const path = newPath();
  writeFileSync(path, typeof json === 'string' ? json : JSON.stringify(json));
  return path;
}

const secret = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';

/** The two examples of the Web3 Secret Storage definition. */
const scrypted = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
    ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 262144,
      r: 1,
      p: 8,
      salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
    },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
};
const pbkdf2ed = {
  ...scrypted,
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
};

describe('readKeystore', () => {
  it.each([
    ['scrypt', scrypted],
    ['PBKDF2', pbkdf2ed],
  ])('opens the example of the definition with %s', { timeout: 60_000 }, async (_, file) => {
    expect(hex(await readKeystore(store(file), bytes('testpassword')))).toBe(secret);
  });

  it('opens a file that another library wrote (ox 0.14.67)', async () => {
    const file = {
      crypto: {
        cipher: 'aes-128-ctr',
        ciphertext: 'd2eb30244d43e5b10f167caa7e6f047e392aa9047e5852a1eb157c769f1728ec',
        cipherparams: { iv: '6202df1117538c6fc3a280fbdcd7334d' },
        kdf: 'scrypt',
        kdfparams: {
          dklen: 32,
          n: 4096,
          p: 8,
          r: 1,
          salt: 'c25e124a58e9639a3e27f7903da69c51d60b702e1bcbe2357bdba53fa4aa8d2a',
        },
        mac: '5f99cec381769442e6b5a54dbb4f922915136c7f422f5930888ab0ac342b450b',
      },
      id: '97b1aa55-ff44-47a0-a5e1-6495fd1f87e7',
      version: 3,
    };
    expect(hex(await readKeystore(store(file), bytes('testpassword')))).toBe(secret);
  });

  it('opens an old file that leaves out leading zeros of the key', async () => {
    const salt = Buffer.alloc(32, 1);
    const iv = Buffer.alloc(16, 2);
    const derived = scryptSync('p', salt, 32, { N: 2, r: 8, p: 1 });
    const ciphertext = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv).update(Buffer.alloc(30, 7));
    const mac = hex(keccak_256(Buffer.concat([derived.subarray(16), ciphertext])));
    const kdfparams = { dklen: 32, n: 2, r: 8, p: 1, salt: hex(salt) };
    const crypto = {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: hex(iv) },
      ciphertext: hex(ciphertext),
      kdf: 'scrypt',
      kdfparams,
      mac,
    };
    expect(hex(await readKeystore(store({ version: 3, crypto }), bytes('p')))).toBe(`0000${'07'.repeat(30)}`);
  });

  const change = (crypto: object, kdfparams: object = {}) => ({
    ...scrypted,
    crypto: { ...scrypted.crypto, ...crypto, kdfparams: { ...scrypted.crypto.kdfparams, n: 2, ...kdfparams } },
  });
  it.each([
    ['no JSON', '{"crypto":'],
    ['an empty file', ''],
    ['another kind of JSON', [1]],
    ['another version', { ...scrypted, version: 1 }],
    ['no crypto', { version: 3 }],
    ['another cipher', change({ cipher: 'aes-128-cbc' })],
    ['another key derivation', change({ kdf: 'bcrypt' })],
    ['a short iv', change({ cipherparams: { iv: '00' } })],
    ['a ciphertext that is too long', change({ ciphertext: '00'.repeat(33) })],
    ['half a byte', change({ ciphertext: '0'.repeat(63) })],
    ['a short mac', change({ mac: '00' })],
    ['no salt', change({}, { salt: '' })],
    ['a short derived key', change({}, { dklen: 16 })],
    ['a huge derived key', change({}, { dklen: 2 ** 31 })],
    ['scrypt that takes 4 GiB', change({}, { n: 2 ** 22, r: 8 })],
    ['scrypt that takes for ever', change({}, { n: 2 ** 10, r: 1, p: 2 ** 20 })],
    ['scrypt whose n is no power of 2', change({}, { n: 3 })],
    ['scrypt whose n is a text', change({}, { n: '262144' })],
    ['a negative r', change({}, { r: -8 })],
    [
      'PBKDF2 that takes for ever',
      { ...pbkdf2ed, crypto: { ...pbkdf2ed.crypto, kdfparams: { ...pbkdf2ed.crypto.kdfparams, c: 2 ** 31 - 1 } } },
    ],
    [
      'PBKDF2 over another hash',
      { ...pbkdf2ed, crypto: { ...pbkdf2ed.crypto, kdfparams: { ...pbkdf2ed.crypto.kdfparams, prf: 'hmac-md5' } } },
    ],
    ['a file of a megabyte', ' '.repeat(1024 * 1024)],
  ])('refuses %s', async (_, file) => {
    await expect(readKeystore(store(file), bytes('testpassword'))).rejects.toMatchObject({ code: 'KEYSTORE_INVALID' });
  });

  it('tells a wrong password, and a file that is not there', async () => {
    const wrong = readKeystore(store(change({})), bytes('wrong horse'));
    await expect(wrong).rejects.toMatchObject({ code: 'KEYSTORE_PASSWORD_WRONG' });
    await expect(wrong).rejects.not.toThrow(/wrong horse/);
    await expect(readKeystore(newPath(), bytes(''))).rejects.toMatchObject({
      code: 'KEYSTORE_UNREADABLE',
      facts: { reason: 'ENOENT' },
    });
    await expect(readKeystore(directory, bytes(''))).rejects.toMatchObject({ code: 'KEYSTORE_UNREADABLE' });
  });
});

describe('writeKeystore', () => {
  it('seals any key with any password, so that only that password opens it', async () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((k) => k[0] !== 255 && k.some((b) => b !== 0));
    const password = fc.string({ unit: 'grapheme', minLength: 1 });
    await fc.assert(
      fc.asyncProperty(key, password, password, async (privateKey, right, other) => {
        const path = newPath();
        await writeKeystore(path, { privateKey, password: bytes(right) }, { scryptN: 2 });
        expect(await readKeystore(path, bytes(right))).toEqual(privateKey);
        const { address, version } = JSON.parse(readFileSync(path, 'utf8'));
        expect([`0x${address}`, version]).toEqual([createLocalSigner(privateKey).address.toLowerCase(), 3]);
        expect(readFileSync(path, 'utf8')).not.toContain(hex(privateKey));
        if (other === right) return;
        await expect(readKeystore(path, bytes(other))).rejects.toMatchObject({ code: 'KEYSTORE_PASSWORD_WRONG' });
      }),
      { numRuns: 25 },
    );
  });

  it('is private, as hard to guess as go-ethereum makes it, and leaves nothing beside it', async () => {
    const folder = join(directory, 'new');
    const path = join(folder, 'wallet.json');
    await writeKeystore(path, { privateKey: bytes('k'.repeat(32)), password: bytes('p') });
    expect([statSync(path).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(readdirSync(folder)).toEqual(['wallet.json']);
    const { kdfparams } = JSON.parse(readFileSync(path, 'utf8')).crypto;
    expect(kdfparams).toMatchObject({ n: 262_144, r: 8, p: 1, dklen: 32 });
  });

  it('never replaces a file, and seals nothing without a password or without a key', async () => {
    const path = store('precious');
    const [privateKey, password] = [bytes('k'.repeat(32)), bytes('p')];
    const options = { scryptN: 2 };
    await expect(writeKeystore(path, { privateKey, password }, options)).rejects.toMatchObject({
      code: 'KEYSTORE_EXISTS',
    });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    const none = newPath();
    await expect(writeKeystore(none, { privateKey, password: bytes('') }, options)).rejects.toMatchObject({
      code: 'KEYSTORE_PASSWORD_MISSING',
    });
    await expect(writeKeystore(none, { privateKey: new Uint8Array(32), password }, options)).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
    await expect(writeKeystore(join(path, 'x'), { privateKey, password }, options)).rejects.toMatchObject({
      code: 'KEYSTORE_UNREADABLE',
    });
    expect(readdirSync(directory).filter((name) => /\.json\./.test(name))).toEqual([]);
  });
});
