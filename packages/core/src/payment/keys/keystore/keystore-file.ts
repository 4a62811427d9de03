import { z } from 'zod';

/** Memory that scrypt may take, bytes: go-ethereum's standard takes 256 MiB. */
const SCRYPT_MEMORY_MAX = 512 * 1024 * 1024;

/** Work that scrypt may be, `n × r × p`: go-ethereum's standard is 2^21. */
const SCRYPT_WORK_MAX = 2 ** 24;

/** Rounds of PBKDF2: the definition's example has 262,144. */
const PBKDF2_ROUNDS_MAX = 10_000_000;

const hex = (bytes: number | { most: number }) => {
  const digits = typeof bytes === 'number' ? `{${bytes * 2}}` : `{2,${bytes.most * 2}}`;
  return z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]${digits}$`))
    .refine((text) => text.length % 2 === 0, 'must be whole bytes')
    .transform((text) => Buffer.from(text, 'hex'));
};

const size = z.number().int().min(1);
const common = { dklen: z.literal(32), salt: hex({ most: 1024 }) };

const scryptSchema = z
  .object({ n: size, r: size, p: size, ...common })
  .refine(({ n }) => n >= 2 && Number.isInteger(Math.log2(n)), 'n must be a power of 2')
  .refine(({ n, r }) => 128 * n * r <= SCRYPT_MEMORY_MAX, 'n and r take more than 512 MiB of memory')
  .refine(({ n, r, p }) => n * r * p <= SCRYPT_WORK_MAX, 'n, r and p are more work than anybody needs');

const pbkdf2Schema = z.object({ c: size.max(PBKDF2_ROUNDS_MAX), prf: z.literal('hmac-sha256'), ...common });

const sealed = {
  cipher: z.literal('aes-128-ctr'),
  cipherparams: z.object({ iv: hex(16) }),
  ciphertext: hex({ most: 32 }),
  mac: hex(32),
};

/** A key file of the Web3 Secret Storage definition, version 3, with parameters that this machine can bear. */
export const keystoreFileSchema = z.object({
  version: z.literal(3),
  /** Says who, and proves nothing. */
  address: z
    .string()
    .regex(/^(0x)?[0-9a-fA-F]{40}$/)
    .optional(),
  crypto: z.discriminatedUnion('kdf', [
    z.object({ ...sealed, kdf: z.literal('scrypt'), kdfparams: scryptSchema }),
    z.object({ ...sealed, kdf: z.literal('pbkdf2'), kdfparams: pbkdf2Schema }),
  ]),
});

/** A key file, read. */
export type KeystoreFile = z.output<typeof keystoreFileSchema>;

/** How the key of a file is sealed. */
export type SealedKey = KeystoreFile['crypto'];
