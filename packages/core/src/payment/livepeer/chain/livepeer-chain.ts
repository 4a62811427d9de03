import type { Address, LivepeerContracts, LivepeerNetwork } from './livepeer-network.ts';
import type { RpcPool } from './rpc-pool.ts';

/** Bytes as `0x` and hex digits. */
export type Hex = `0x${string}`;

/** The newest block. State is read as of one, so that no two numbers come from different blocks. */
export interface ChainHead {
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly parentHash: Hex;
  /** Ethereum's block: rounds and the expiry of ticket parameters count in these. */
  readonly l1Block: bigint;
  readonly baseFeeWei: bigint;
}

/** The round that tickets are made for. */
export interface ChainRound {
  readonly currentRound: bigint;
  readonly lastInitializedRound: bigint;
  /** Nothing can be redeemed in a round before somebody has initialized it. */
  readonly isInitialized: boolean;
  /** The newest round that has a block hash: on Arbitrum the last one may have none. */
  readonly creationRound: bigint;
  readonly creationRoundBlockHash: Hex;
  /** Rounds in which a ticket can be redeemed, its own included. */
  readonly ticketValidityRounds: bigint;
}

/** A sender's money on chain. Wei. */
export interface ChainSender {
  readonly depositWei: bigint;
  readonly reserveWei: bigint;
  /** Of the reserve, by all recipients, in this round. */
  readonly claimedThisRoundWei: bigint;
  /** Round from which the sender may withdraw; 0 when it has not unlocked. */
  readonly withdrawRound: bigint;
}

/** What one recipient may count on of a sender's reserve. Wei. */
export interface ChainClaim {
  readonly claimedByMeWei: bigint;
  /** Left of its share in this round; 0 when it is not active. */
  readonly claimableWei: bigint;
  /** Active orchestrators. */
  readonly poolSize: bigint;
}

/** `WinningTicketRedeemed`: what alone says that a ticket was redeemed. */
export interface RedeemedEvent {
  readonly sender: Address;
  readonly recipient: Address;
  readonly senderNonce: bigint;
  readonly recipientRand: bigint;
  readonly faceValueWei: bigint;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
}

/** A transaction in a block. */
export interface MinedTransaction {
  readonly hash: Hex;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  /** Whether it ran to its end. Says nothing of the tickets in a batch. */
  readonly isSuccess: boolean;
  readonly costWei: bigint;
  /** Names of TicketBroker's events in it. */
  readonly events: readonly string[];
  readonly redeemed: readonly RedeemedEvent[];
  /** What left a deposit or reserve for a recipient. */
  readonly transferredWei: bigint;
}

/** Livepeer's contracts on one chain, read. Every method throws ByocError CHAIN_UNAVAILABLE, CHAIN_ANSWERS_DIFFER or CHAIN_CONTRACT_MISSING. */
export interface LivepeerChain {
  readonly network: LivepeerNetwork;
  readonly contracts: LivepeerContracts;
  readonly rpc: RpcPool;
  head(): Promise<ChainHead>;
  /** The hash of a block; undefined when there is none of that number. */
  blockHash(blockNumber: bigint): Promise<Hex | undefined>;
  /** The newest block that can't be undone. */
  finalBlock(head: ChainHead): Promise<bigint>;
  gasPriceWei(): Promise<bigint>;
  balanceWei(address: Address): Promise<bigint>;
  round(at: ChainHead): Promise<ChainRound>;
  sender(sender: Address, at: ChainHead): Promise<ChainSender>;
  claim(sender: Address, recipient: Address, at: ChainHead): Promise<ChainClaim>;
  /** Whether an orchestrator is active in this round; nobody else is paid from a reserve. */
  isActive(orchestrator: Address, at: ChainHead): Promise<boolean>;
  /** Fees that an orchestrator can take out. */
  pendingFeesWei(orchestrator: Address, at: ChainHead): Promise<bigint>;
  /** Whether a ticket, by its hash, was redeemed by whomever. */
  isUsed(ticketHash: Hex, at: ChainHead): Promise<boolean>;
  /** A transaction, once it is in a block. */
  transaction(hash: Hex): Promise<MinedTransaction | undefined>;
  /** Tickets of a sender that were redeemed for a recipient, from a block on. */
  redeemed(sender: Address, recipient: Address, fromBlock: bigint, at: ChainHead): Promise<readonly RedeemedEvent[]>;
  /** Rounds between `unlock` and `withdraw`. */
  unlockPeriodRounds(at: ChainHead): Promise<bigint>;
}
