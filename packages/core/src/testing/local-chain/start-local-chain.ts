import type { LocalLivepeer } from './create-local-livepeer.ts';
import { fetchLivepeerContracts } from './fetch-livepeer-contracts.ts';
import { type Anvil, startAnvil } from './start-anvil.ts';

/** A chain of one's own with Livepeer's contracts on it. */
export interface LocalChain extends Anvil, LocalLivepeer {}

/**
 * Starts anvil and deploys Livepeer's published contracts on it, so that tickets can be funded and redeemed for real. Needs `viem`,
 * anvil (`npm install @foundry-rs/anvil`), and npm the first time.
 *
 * @throws ByocError LOCAL_CHAIN_UNAVAILABLE
 */
export async function startLocalChain({
  port,
  signal,
}: {
  /** @default any free one */
  port?: number | undefined;
  signal?: AbortSignal | undefined;
} = {}): Promise<LocalChain> {
  const anvil = await startAnvil({ port });
  try {
    const artifacts = await fetchLivepeerContracts({ signal });
    const { deployLivepeerContracts } = await import('./deploy-livepeer-contracts.ts');
    return { ...anvil, ...(await deployLivepeerContracts(anvil, artifacts)) };
  } catch (error) {
    await anvil[Symbol.asyncDispose]();
    throw error;
  }
}
