/** Where a winning ticket is on its way to the chain. */
export type RedemptionPhase =
  /** Written down, before its credit counted. */
  | 'durable'
  /** In a batch that is about to be sent: written down before it is. */
  | 'batched'
  /** In a transaction that a node has taken, or may have taken. */
  | 'submitted'
  /** Redeemed, seen on chain. A reorganisation can still undo it. */
  | 'mined'
  /** Redeemed for good. */
  | 'redeemed'
  /** Will never be redeemed, for a reason. */
  | 'given-up';

/** Why a ticket was given up. */
export type GiveUpReason =
  /** Its round is over. */
  | 'expired'
  /** The chain has it as used, and not by us. */
  | 'used'
  /** The chain refuses it whenever it is sent. */
  | 'refused'
  /** Every try failed. */
  | 'tries-used-up';

/** The life of one winning ticket, as a row. */
export interface Redemption {
  readonly phase: RedemptionPhase;
  /** Batches it was in. */
  readonly tries: number;
  /** Names the batch while `batched`, `submitted` or `mined`. */
  readonly batchId: string | undefined;
  /** L1 block before which it is not tried again. */
  readonly notBeforeBlock: bigint;
  readonly reason: GiveUpReason | undefined;
}

/** A winner that was just written down. */
export const durableRedemption: Redemption = {
  phase: 'durable',
  tries: 0,
  batchId: undefined,
  notBeforeBlock: 0n,
  reason: undefined,
};
