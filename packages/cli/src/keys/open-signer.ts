import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByocError, type Logger } from '@byoc/core';
import {
  connectRemoteSigner,
  createLocalSigner,
  parsePrivateKey,
  readKeystore,
  readKeystoreAddress,
  readKeystoreFile,
  type Signer,
} from '@byoc/core/payment';
import { loadCryptoEngine } from '@byoc/core/payment/livepeer';
import { limitCoreDumps } from './limit-core-dumps.ts';
import { readPassword } from './read-password.ts';
import type { SignerArguments } from './signer-options.ts';
import { takeSecret } from './take-secret.ts';

/** Where the key is. */
type KeyPlace =
  | { readonly at: 'remote'; readonly url: string; readonly token: string | undefined }
  | { readonly at: 'keystore'; readonly path: string }
  | { readonly at: 'environment'; readonly text: string };

/** The wallet of a data directory. */
export function walletPath(dataDirectory: string): string {
  return join(resolve(dataDirectory), 'wallet.json');
}

/**
 * Opens the key that a command was told to sign with; undefined when it was told of none. The first that there is: `--signer`,
 * `--keystore`, BYOC_SIGNER_URL, BYOC_ETH_KEY, and the wallet of the data directory where the command falls back to it. Secrets are
 * gone from the environment afterwards.
 *
 * @throws ByocError KEY_INVALID, KEYSTORE_*, SIGNER_*, INTERRUPTED
 */
export async function openSigner(
  args: SignerArguments,
  { wallet, logger }: { wallet?: string | undefined; logger?: Logger | undefined } = {},
): Promise<Signer | undefined> {
  const place = findKey(args, wallet);
  const password = takeSecret('BYOC_ETH_PASSWORD');
  if (place === undefined) return undefined;
  const engine = await loadCryptoEngine();
  if (place.at === 'remote') {
    const token = await readToken(place.token, args.signerTokenFile);
    const ca = args.signerCa === undefined ? undefined : await readText(args.signerCa);
    return connectRemoteSigner(place.url, { token, ca, engine });
  }
  const limited = await limitCoreDumps();
  if (!limited) logger?.warn({ platform: process.platform }, 'core-dumps-not-limited');
  const privateKey =
    place.at === 'environment'
      ? parsePrivateKey(place.text)
      : await openKeystore(place.path, args.passwordFile, password);
  try {
    return createLocalSigner(privateKey, { engine });
  } finally {
    privateKey.fill(0);
  }
}

/** As `openSigner`; a command that can't do without a key. @throws ByocError WALLET_MISSING */
export async function requireSigner(
  args: SignerArguments & { dataDir: string },
  { logger }: { logger?: Logger | undefined } = {},
): Promise<Signer> {
  const wallet = walletPath(args.dataDir);
  const signer = await openSigner(args, { wallet, logger });
  if (signer === undefined) throw new ByocError('WALLET_MISSING', { path: wallet });
  return signer;
}

/** The address of the key that a command was told of. Opens no key file. @throws ByocError WALLET_MISSING */
export async function walletAddress(args: SignerArguments & { dataDir: string }): Promise<string> {
  const wallet = walletPath(args.dataDir);
  const named = args.keystore ?? (existsSync(wallet) ? wallet : undefined);
  const elsewhere = args.signer ?? process.env['BYOC_SIGNER_URL'] ?? process.env['BYOC_ETH_KEY'];
  const isFile = args.signer === undefined && (args.keystore !== undefined || elsewhere === undefined);
  if (isFile && named !== undefined) return readKeystoreAddress(named);
  const signer = await requireSigner(args);
  signer.close();
  return signer.address;
}

function findKey(args: SignerArguments, wallet: string | undefined): KeyPlace | undefined {
  // All are taken, so that none is left in the environment.
  const text = takeSecret('BYOC_ETH_KEY');
  const token = takeSecret('BYOC_SIGNER_TOKEN');
  const url = process.env['BYOC_SIGNER_URL'] || undefined;
  if (args.signer !== undefined) return { at: 'remote', url: args.signer, token };
  if (args.keystore !== undefined) return { at: 'keystore', path: args.keystore };
  if (url !== undefined) return { at: 'remote', url, token };
  if (text !== undefined) return { at: 'environment', text };
  return wallet !== undefined && existsSync(wallet) ? { at: 'keystore', path: wallet } : undefined;
}

async function openKeystore(path: string, file: string | undefined, text: string | undefined): Promise<Uint8Array> {
  // A file that is none is told before a password is asked for.
  await readKeystoreFile(path);
  const password = await readPassword({ path, file, text });
  try {
    return await readKeystore(path, password);
  } finally {
    password.fill(0);
  }
}

async function readToken(given: string | undefined, file: string | undefined): Promise<string> {
  if (file !== undefined) return (await readText(file)).trim();
  if (given === undefined) throw new ByocError('SIGNER_TOKEN_MISSING', {});
  return given;
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ByocError('KEYSTORE_UNREADABLE', { path, reason: cause.code ?? cause.message }, { cause });
  });
}
