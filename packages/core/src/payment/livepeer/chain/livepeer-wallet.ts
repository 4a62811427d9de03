import type { MinedTransaction } from './livepeer-chain.ts';
import type { Address } from './livepeer-network.ts';

/** What a wallet has, as of one block. Wei. */
export interface WalletBalance {
  readonly address: Address;
  /** In the wallet itself. */
  readonly balanceWei: bigint;
  readonly depositWei: bigint;
  readonly reserveWei: bigint;
  /** Round from which deposit and reserve may be withdrawn; 0 when they are locked. */
  readonly withdrawRound: bigint;
  readonly currentRound: bigint;
  /** Fees of redeemed tickets that an orchestrator has not taken out. */
  readonly pendingFeesWei: bigint;
}

/**
 * A wallet at Livepeer's contracts. Each method resolves once its transaction is in a block and the event that proves it was
 * seen. Transactions of one wallet go one after the other.
 */
export interface LivepeerWallet {
  readonly address: Address;
  balance(): Promise<WalletBalance>;
  /** Pays into the deposit and the reserve that back tickets. */
  fund(amounts: { depositWei: bigint; reserveWei: bigint }, options?: WalletOptions): Promise<MinedTransaction>;
  /** Starts the wait after which deposit and reserve can be withdrawn. Orchestrators stop taking tickets one round before. */
  unlock(options?: WalletOptions): Promise<MinedTransaction>;
  cancelUnlock(options?: WalletOptions): Promise<MinedTransaction>;
  /** Takes deposit and reserve back. Throws CHAIN_DEPOSIT_LOCKED before the round has come. */
  withdraw(options?: WalletOptions): Promise<MinedTransaction>;
  /** Takes an orchestrator's fees out; all of them by default. */
  withdrawFees(amountWei?: bigint, options?: WalletOptions): Promise<MinedTransaction>;
  /** Starts the round for everybody, when nobody else has. */
  initializeRound(options?: WalletOptions): Promise<MinedTransaction>;
}

/** Options of a wallet's transaction. */
export interface WalletOptions {
  readonly signal?: AbortSignal | undefined;
}
