import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ByocError } from '../../errors/byoc-error.ts';
import { createLocalSigner } from '../../payment/keys/create-local-signer.ts';
import { createPrivateKey } from '../../payment/keys/create-private-key.ts';
import type { CryptoEngine } from '../../payment/keys/crypto-engine.ts';
import type { Signer } from '../../payment/keys/signer.ts';
import { writeAtomically } from '../../payment/keys/write-atomically.ts';
import { createTlsCertificate, type TlsCertificate } from '../../protocol/identity/create-tls-certificate.ts';
import { translateStoreError } from '../store/translate-store-error.ts';
import { adminSocketPath, socketRoot } from './socket-paths.ts';

const identitySchema = z.object({
  ownerId: z.string().min(8),
  /** Absent when the key is elsewhere; then there is an address. */
  privateKeyHex: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  address: z.string().optional(),
  certificatePem: z.string(),
  privateKeyPem: z.string(),
  certificateSha256: z.string(),
});

/** The layout of an orchestrator's data directory, made and ready. */
export interface DataDirectory {
  readonly path: string;
  /** Marks the workers of this orchestrator. */
  readonly ownerId: string;
  /** The one that was given, or the directory's own key. */
  readonly signer: Signer;
  readonly certificate: TlsCertificate;
  /** Holds `inbox/` and `outbox/`, for gateways on this host. */
  readonly localDirectory: string;
  readonly adminSocketPath: string;
  jobsDirectory(pluginId: string): string;
  workerDirectory(workerId: string): string;
  /** Removes what is of no use when the orchestrator is closed. */
  close(): Promise<void>;
}

/**
 * Opens a data directory, making what is missing: folders of mode 0700, a TLS certificate and, without a signer, an ETH key (0600).
 * A directory belongs to one address for good.
 *
 * @throws ByocError DATA_DIRECTORY_UNREADABLE, DATA_DIRECTORY_CORRUPT, ORCHESTRATOR_KEY_MISMATCH, DISK_FULL
 */
export async function openDataDirectory(
  dataDirectory: string,
  options: { signer?: Signer | undefined; engine?: CryptoEngine | undefined } = {},
): Promise<DataDirectory> {
  const path = resolve(dataDirectory);
  const sockets = socketRoot(path);
  const localDirectory = join(path, 'local');
  try {
    for (const folder of [
      path,
      join(path, 'identity'),
      join(path, 'plugins'),
      localDirectory,
      join(localDirectory, 'inbox'),
      join(localDirectory, 'outbox'),
    ]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    await mkdir(sockets, { recursive: true, mode: 0o700 });
    if (sockets !== path) await refuseForeign(sockets);
    const stored = await openIdentity(join(path, 'identity', 'identity.json'), options.signer, options.engine);
    const { certificatePem, privateKeyPem, certificateSha256 } = stored;
    return {
      path,
      ownerId: stored.ownerId,
      signer: stored.signer,
      certificate: { certificatePem, privateKeyPem, certificateSha256 },
      localDirectory,
      adminSocketPath: adminSocketPath(path),
      // No name of a plugin holds a `_`: `a/b` and `a-b` have folders of their own.
      jobsDirectory: (pluginId) => join(path, 'plugins', pluginId.replaceAll('/', '_'), 'jobs'),
      workerDirectory: (workerId) => join(sockets, 'workers', workerId),
      async close() {
        if (sockets !== path) await rm(sockets, { recursive: true, force: true });
      },
    };
  } catch (error) {
    throw translateStoreError(error, path);
  }
}

async function openIdentity(
  file: string,
  given: Signer | undefined,
  engine: CryptoEngine | undefined,
): Promise<z.output<typeof identitySchema> & { signer: Signer }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) {
    const privateKey = createPrivateKey();
    const signer = given ?? createLocalSigner(privateKey, { engine });
    const key = given === undefined ? { privateKeyHex: Buffer.from(privateKey).toString('hex') } : {};
    const ownerId = randomBytes(8).toString('hex');
    const made = { ownerId, address: signer.address, ...key, ...(await createTlsCertificate()) };
    await writeAtomically(file, JSON.stringify(made));
    return { ...made, signer };
  }
  const parsed = identitySchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new ByocError('DATA_DIRECTORY_CORRUPT', { path: file, reason: 'it does not hold an identity' });
  const { privateKeyHex, address } = parsed.data;
  const own =
    privateKeyHex === undefined ? undefined : createLocalSigner(Buffer.from(privateKeyHex, 'hex'), { engine });
  const expected = own?.address ?? address ?? '';
  const signer = given ?? own;
  if (signer?.address !== expected)
    throw new ByocError('ORCHESTRATOR_KEY_MISMATCH', { path: file, expected, actual: signer?.address ?? '' });
  return { ...parsed.data, signer };
}

/** A folder in a shared temporary directory must be ours, or another user could have laid it there. */
async function refuseForeign(folder: string): Promise<void> {
  const found = await lstat(folder);
  const uid = process.getuid?.();
  const ours = found.isDirectory() && (uid === undefined || (found.uid === uid && (found.mode & 0o077) === 0));
  if (!ours)
    throw new ByocError('DATA_DIRECTORY_UNREADABLE', {
      path: folder,
      reason: 'it is not a folder of this user alone (owner, mode 0700)',
    });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
