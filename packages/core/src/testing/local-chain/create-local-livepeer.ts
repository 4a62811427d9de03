import { toHex } from 'viem';
import { type Address, createLocalSender } from './local-sender.ts';
import type { Anvil } from './start-anvil.ts';

/** Rounds long enough that a chain which mines a block for each transaction stays in one until it is told to go on. */
export const LOCAL_ROUND_BLOCKS = 200n;

/** Livepeer's contracts on a chain of one's own. */
export interface LocalLivepeer {
  readonly controller: Address;
  /** Makes an account an orchestrator that can be paid, from the next round on, and goes there. */
  activate(orchestrator: Address): Promise<void>;
  /** Ends the round, and starts the next. */
  nextRound(): Promise<void>;
}

/** Creates the handle of contracts that are deployed. */
export async function createLocalLivepeer(
  chain: Pick<Anvil, 'request'>,
  contracts: { controller: Address; token: Address; bondingManager: Address; roundsManager: Address },
): Promise<LocalLivepeer> {
  const { call } = await createLocalSender(chain);
  const { controller, token, bondingManager, roundsManager } = contracts;
  const nextRound = async () => {
    const number = BigInt((await chain.request('eth_blockNumber')) as string);
    await chain.request('anvil_mine', [toHex(LOCAL_ROUND_BLOCKS - (number % LOCAL_ROUND_BLOCKS))]);
    await call(roundsManager, 'initializeRound');
  };
  return {
    controller,
    nextRound,
    async activate(orchestrator) {
      const stake = 10n ** 18n;
      // It pays for its own transactions.
      const balanceWei = BigInt((await chain.request('eth_getBalance', [orchestrator, 'latest'])) as string);
      if (balanceWei < stake) await chain.request('anvil_setBalance', [orchestrator, toHex(stake)]);
      await call(token, 'mint', [orchestrator, stake]);
      await chain.request('anvil_impersonateAccount', [orchestrator]);
      await call(token, 'approve', [bondingManager, stake], orchestrator);
      await call(bondingManager, 'bond', [stake, orchestrator], orchestrator);
      await call(bondingManager, 'transcoder', [0n, 0n], orchestrator);
      await chain.request('anvil_stopImpersonatingAccount', [orchestrator]);
      await nextRound();
    },
  };
}
