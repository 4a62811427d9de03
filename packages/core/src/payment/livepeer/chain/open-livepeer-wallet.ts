import type { LivepeerWalletOptions } from './create-livepeer-wallet.ts';
import type { LivepeerChain } from './livepeer-chain.ts';
import type { LivepeerWallet } from './livepeer-wallet.ts';

/** Opens a wallet at Livepeer's contracts, to fund, unlock and withdraw. Needs `viem`. */
export async function openLivepeerWallet(
  chain: LivepeerChain,
  options: LivepeerWalletOptions,
): Promise<LivepeerWallet> {
  const { createLivepeerWallet } = await import('./create-livepeer-wallet.ts');
  return createLivepeerWallet(chain, options);
}
