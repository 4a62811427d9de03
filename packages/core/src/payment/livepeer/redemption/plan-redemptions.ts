import type { Redemption } from './redemption.ts';

/** A waiting winner, as far as planning needs it. */
export interface WaitingTicket {
  /** Hex of the ticket's hash. */
  readonly hash: string;
  /** Lower-case ETH address. */
  readonly sender: string;
  readonly faceValueWei: bigint;
  readonly creationRound: bigint;
  /** L1 block from which its random number may become public. */
  readonly paramsExpirationBlock: bigint;
  readonly redemption: Redemption;
}

/** A sender's money, as the chain said last. Wei. */
export interface SenderMoney {
  readonly depositWei: bigint;
  /** This recipient's share of the reserve that is left this round. */
  readonly reserveShareWei: bigint;
  /** 0 when not unlocking. From this round on, nothing is paid. */
  readonly withdrawRound: bigint;
  /** Face values of redemptions on their way. */
  readonly pendingWei: bigint;
}

/** The chain, now. */
export interface RedemptionView {
  readonly latestL1Block: bigint;
  readonly currentRound: bigint;
  readonly ticketValidityRounds: bigint;
  /** The round is initialized, and this recipient is active in it. */
  readonly canRedeem: boolean;
  readonly gasPriceWei: bigint;
  /** By lower-case address. A sender that is not named has nothing. */
  readonly senders: ReadonlyMap<string, SenderMoney>;
}

/** The operator's limits. */
export interface RedemptionLimits {
  /** @default 10 */
  readonly batchMax?: number | undefined;
  /** Above this gas price nothing is sent. @default none */
  readonly gasPriceMaxWei?: bigint | undefined;
  /** Gas for one ticket of a batch; never estimated, since a batch hides that it ran out. @default 400000n */
  readonly gasPerTicket?: bigint | undefined;
}

/** What to do with waiting winners. */
export interface RedemptionPlan {
  /** Hashes for one transaction, the most urgent first; empty when there is nothing to send. */
  readonly batch: readonly string[];
  /** Gas limit of that transaction. */
  readonly gasLimit: bigint;
  /** Hashes that can't be redeemed any more. */
  readonly expired: readonly string[];
}

/**
 * Chooses what to redeem now: what expires soonest and can still be paid goes first, the dearer ticket before the cheaper one. A ticket
 * waits while its parameters are still taken (redeeming makes the random number public), while the sender could not pay its whole face
 * value (the chain would pay a part, and the ticket is spent), and while its gas costs more than it brings. One ticket that has to
 * wait does not hold up others.
 */
export function planRedemptions(
  tickets: readonly WaitingTicket[],
  view: RedemptionView,
  { batchMax = 10, gasPriceMaxWei, gasPerTicket = 400_000n }: RedemptionLimits = {},
): RedemptionPlan {
  const waiting = tickets.filter(({ redemption }) => redemption.phase === 'durable');
  const isOver = ({ creationRound }: WaitingTicket) => creationRound + view.ticketValidityRounds <= view.currentRound;
  const expired = waiting.filter(isOver).map(({ hash }) => hash);
  const isTooDear = gasPriceMaxWei !== undefined && view.gasPriceWei > gasPriceMaxWei;
  if (!view.canRedeem || isTooDear) return { batch: [], gasLimit: 0n, expired };

  const costWei = gasPerTicket * view.gasPriceWei;
  const due = waiting
    .filter((ticket) => !isOver(ticket) && ticket.faceValueWei > costWei)
    .filter(({ paramsExpirationBlock }) => paramsExpirationBlock <= view.latestL1Block)
    .filter(({ redemption }) => redemption.notBeforeBlock <= view.latestL1Block)
    .toSorted(byUrgency(view));
  const left = new Map<string, bigint>();
  const batch: string[] = [];
  for (const { hash, sender, faceValueWei } of due) {
    if (batch.length >= batchMax) break;
    const money = left.get(sender) ?? payableWei(view.senders.get(sender), view.currentRound);
    if (money < faceValueWei) continue;
    left.set(sender, money - faceValueWei);
    batch.push(hash);
  }
  return { batch, gasLimit: gasPerTicket * BigInt(batch.length), expired };
}

function payableWei(money: SenderMoney | undefined, currentRound: bigint): bigint {
  if (money === undefined) return 0n;
  if (money.withdrawRound !== 0n && money.withdrawRound <= currentRound) return 0n;
  return money.depositWei + money.reserveShareWei - money.pendingWei;
}

/** The last round in which a ticket is paid: its own life, or that of the sender's lock. */
function lastRound({ creationRound, sender }: WaitingTicket, view: RedemptionView): bigint {
  const validUntil = creationRound + view.ticketValidityRounds;
  const withdrawRound = view.senders.get(sender)?.withdrawRound ?? 0n;
  return withdrawRound !== 0n && withdrawRound < validUntil ? withdrawRound : validUntil;
}

function byUrgency(view: RedemptionView) {
  return (a: WaitingTicket, b: WaitingTicket): number => {
    const rounds = lastRound(a, view) - lastRound(b, view);
    if (rounds !== 0n) return rounds < 0n ? -1 : 1;
    if (a.faceValueWei !== b.faceValueWei) return a.faceValueWei > b.faceValueWei ? -1 : 1;
    return a.hash < b.hash ? -1 : 1;
  };
}
