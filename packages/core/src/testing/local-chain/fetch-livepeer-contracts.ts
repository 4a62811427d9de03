import { execFile } from 'node:child_process';
import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';

const run = promisify(execFile);

/** Livepeer's contracts as Livepeer published them, MIT. */
const PACKAGE = '@livepeer/sdk@1.0.1-alpha.10';
const SHA512 = '49OVRV6kGO3TCxDJTBAFbfNuB2/QstTXDKzfT/rw8sXD22hm82XTdYk3gs1cXR+Ky2kNaRLCLagQzPQjY/bp3A==';

/** A compiled contract. */
export interface ContractArtifact {
  readonly abi: readonly unknown[];
  readonly bytecode: `0x${string}`;
  readonly linkReferences: Readonly<Record<string, Record<string, readonly { start: number; length: number }[]>>>;
}

/** The contracts that tickets need. */
export interface LivepeerArtifacts {
  readonly controller: ContractArtifact;
  readonly token: ContractArtifact;
  readonly minter: ContractArtifact;
  readonly sortedList: ContractArtifact;
  readonly bondingManager: ContractArtifact;
  readonly roundsManager: ContractArtifact;
  readonly ticketBroker: ContractArtifact;
}

/**
 * Fetches Livepeer's contracts from npm, once: the one package and none of what it depends on, checked against its sha512 each
 * time it is read.
 *
 * @throws ByocError LOCAL_CHAIN_UNAVAILABLE
 */
export async function fetchLivepeerContracts({
  signal,
}: {
  signal?: AbortSignal | undefined;
} = {}): Promise<LivepeerArtifacts> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'byoc');
  const kept = join(cache, 'livepeer-sdk-1.0.1-alpha.10.tgz');
  const scratch = await mkdtemp(join(tmpdir(), 'byoc-contracts-'));
  try {
    if (!(await isWhole(kept))) {
      await run('npm', ['pack', '--silent', '--ignore-scripts', PACKAGE], { cwd: scratch, ...(signal && { signal }) });
      const fresh = join(scratch, 'livepeer-sdk-1.0.1-alpha.10.tgz');
      if (!(await isWhole(fresh))) throw new Error(`npm gave a ${PACKAGE} with another sha512`);
      await mkdir(cache, { recursive: true });
      await rename(fresh, kept).catch(() => run('cp', [fresh, kept]));
    }
    await run('tar', ['-xzf', kept, '-C', scratch, 'package/abis']);
    const read = async (name: string) =>
      JSON.parse(await readFile(join(scratch, 'package/abis', `${name}.json`), 'utf8')) as ContractArtifact;
    return {
      controller: await read('Controller.sol/Controller'),
      token: await read('token/LivepeerToken.sol/LivepeerToken'),
      minter: await read('token/Minter.sol/Minter'),
      sortedList: await read('libraries/SortedDoublyLL.sol/SortedDoublyLL'),
      bondingManager: await read('bonding/BondingManager.sol/BondingManager'),
      roundsManager: await read('rounds/RoundsManager.sol/RoundsManager'),
      ticketBroker: await read('pm/TicketBroker.sol/TicketBroker'),
    };
  } catch (cause) {
    signal?.throwIfAborted();
    if (isByocError(cause)) throw cause;
    const reason = `${PACKAGE} can't be had from npm (${cause instanceof Error ? cause.message.split('\n')[0] : cause})`;
    throw new ByocError('LOCAL_CHAIN_UNAVAILABLE', { reason }, { cause });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function isWhole(file: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return false;
  return timingSafeEqual(createHash('sha512').update(bytes).digest(), Buffer.from(SHA512, 'base64'));
}
