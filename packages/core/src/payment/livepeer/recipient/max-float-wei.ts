/** A sender's money on chain, and what of it is spoken for. All wei. */
export interface SenderFloat {
  readonly depositWei: bigint;
  /** Reserve that is left. */
  readonly reserveWei: bigint;
  /** What all recipients claimed of the reserve in this round. */
  readonly claimedThisRoundWei: bigint;
  /** What this recipient claimed of it in this round. */
  readonly claimedByMeWei: bigint;
  /** Face values of redemptions on their way. */
  readonly pendingWei: bigint;
  /** Active orchestrators: the reserve is shared among them. */
  readonly poolSize: bigint;
}

/**
 * The most that a sender's ticket can be trusted for, in wei: this recipient's share of the reserve, less what is on its way,
 * unless the deposit covers that three times.
 */
export function maxFloatWei(float: SenderFloat): bigint {
  const { depositWei, reserveWei, claimedThisRoundWei, claimedByMeWei, pendingWei, poolSize } = float;
  if (poolSize <= 0n) return 0n;
  const shareWei = atLeastZero((reserveWei + claimedThisRoundWei) / poolSize - claimedByMeWei);
  if (pendingWei > 0n && depositWei / pendingWei >= 3n) return shareWei;
  return atLeastZero(shareWei - pendingWei);
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}
