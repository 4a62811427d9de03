import { encodeFunctionData } from 'viem';
import { ByocError } from '../../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../../primitives/clock.ts';
import type { Signer } from '../../keys/signer.ts';
import { bondingManagerAbi, roundsManagerAbi, ticketBrokerAbi } from './livepeer-abis.ts';
import type { LivepeerChain, MinedTransaction } from './livepeer-chain.ts';
import type { Address } from './livepeer-network.ts';
import type { LivepeerWallet, WalletBalance, WalletOptions } from './livepeer-wallet.ts';
import { type ChainAction, type SendOptions, sendTransaction } from './send-transaction.ts';

/** What a wallet is made of. */
export interface LivepeerWalletOptions extends Omit<SendOptions, 'signal'> {
  readonly signer: Signer;
  readonly clock?: Clock | undefined;
}

/** Creates a wallet over an open chain. */
export function createLivepeerWallet(chain: LivepeerChain, options: LivepeerWalletOptions): LivepeerWallet {
  const { signer, clock = systemClock, ...sendOptions } = options;
  const address = signer.address as Address;
  const { ticketBroker, bondingManager, roundsManager } = chain.contracts;
  let last: Promise<unknown> = Promise.resolve();
  const send = (action: ChainAction, { signal }: WalletOptions = {}): Promise<MinedTransaction> => {
    const sent = last.then(() => sendTransaction({ chain, signer, clock }, action, { ...sendOptions, signal }));
    last = sent.catch(() => {});
    return sent;
  };
  const broker = (action: string, event: string, data: ChainAction['data'], valueWei = 0n) => ({
    ...{ action, event, data, valueWei, to: ticketBroker },
  });
  const balance = async (): Promise<WalletBalance> => {
    const head = await chain.head();
    const [{ depositWei, reserveWei, withdrawRound }, { currentRound }, pendingFeesWei, balanceWei] = await Promise.all(
      [chain.sender(address, head), chain.round(head), chain.pendingFeesWei(address, head), chain.balanceWei(address)],
    );
    return { address, balanceWei, depositWei, reserveWei, withdrawRound, currentRound, pendingFeesWei };
  };
  const encode = (functionName: 'unlock' | 'cancelUnlock' | 'withdraw') =>
    encodeFunctionData({ abi: ticketBrokerAbi, functionName });
  return {
    address,
    balance,
    fund({ depositWei, reserveWei }, call) {
      const args = [depositWei, reserveWei] as const;
      const data = encodeFunctionData({ abi: ticketBrokerAbi, functionName: 'fundDepositAndReserve', args });
      const event = depositWei > 0n ? 'DepositFunded' : 'ReserveFunded';
      return send(broker('fund the deposit and reserve', event, data, depositWei + reserveWei), call);
    },
    unlock: (call) => send(broker('unlock the deposit', 'Unlock', encode('unlock')), call),
    cancelUnlock: (call) => send(broker('lock the deposit again', 'UnlockCancelled', encode('cancelUnlock')), call),
    async withdraw(call) {
      const { withdrawRound, currentRound } = await balance();
      if (withdrawRound === 0n || withdrawRound > currentRound) {
        const facts = { address, withdrawRound: String(withdrawRound), currentRound: String(currentRound) };
        throw new ByocError('CHAIN_DEPOSIT_LOCKED', facts);
      }
      return send(broker('withdraw the deposit', 'Withdrawal', encode('withdraw')), call);
    },
    async withdrawFees(amountWei, call) {
      const args = [address, amountWei ?? (await balance()).pendingFeesWei] as const;
      const data = encodeFunctionData({ abi: bondingManagerAbi, functionName: 'withdrawFees', args });
      return send({ action: 'withdraw the fees', to: bondingManager, data, valueWei: 0n, event: undefined }, call);
    },
    initializeRound(call) {
      const data = encodeFunctionData({ abi: roundsManagerAbi, functionName: 'initializeRound' });
      return send({ action: 'start the round', to: roundsManager, data, valueWei: 0n, event: undefined }, call);
    },
  };
}
