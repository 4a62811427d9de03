import type { Signer } from '../../keys/signer.ts';
import type { PaymentHost } from '../../payment-host.ts';
import type { WatchedSender } from '../chain/create-chain-watcher.ts';
import type { LivepeerChain } from '../chain/livepeer-chain.ts';
import type { Address } from '../chain/livepeer-network.ts';
import type { NonceBook } from '../recipient/nonce-book.ts';
import type { RedemptionLimits } from './plan-redemptions.ts';
import type { MinedAt, RedemptionRows, StoredWinner } from './redemption-rows.ts';
import { type RedemptionEvent, transitionRedemption } from './transition-redemption.ts';

/** The operator's limits on redeeming. */
export interface RedeemOptions extends RedemptionLimits {
  /** After so long in no block, a batch is sent again with higher fees. @default 60000 */
  readonly replaceAfterMs?: number | undefined;
}

/** What redeeming stands on. */
export interface RedemptionContext {
  readonly chain: LivepeerChain;
  /** Pays the gas. Anybody may: what a ticket brings goes to its recipient. */
  readonly signer: Signer;
  readonly host: Pick<PaymentHost, 'transaction' | 'clock' | 'logger'>;
  readonly rows: RedemptionRows;
  readonly nonces: NonceBook;
  readonly senderOf: (address: Address) => Promise<WatchedSender>;
  readonly options: RedeemOptions;
}

/** What is to happen to one winner. */
export interface RedemptionMove {
  readonly winner: StoredWinner;
  readonly event: RedemptionEvent;
  readonly mined?: MinedAt | undefined;
}

/** Writes moves, and whatever else `also` writes, in one transaction. */
export function writeMoves(
  { host, rows }: RedemptionContext,
  moves: readonly RedemptionMove[],
  also?: () => void,
): void {
  const changed = moves.flatMap(({ winner, event, mined }) => {
    const next = transitionRedemption(winner.redemption, event);
    return next === winner.redemption ? [] : [{ winner, event, next, mined }];
  });
  if (changed.length === 0 && also === undefined) return;
  host.transaction(() => {
    for (const { winner, next, mined } of changed) rows.save(winner.hash, next, mined);
    also?.();
  });
  for (const { winner, event, next } of changed) {
    const ticket = Buffer.from(winner.hash).toString('hex');
    const fields = { ticket, event: event.type, phase: next.phase, tries: next.tries, reason: next.reason };
    host.logger.info(fields, 'redemption moved');
  }
}
