import { assertNever } from '../../../primitives/assert-never.ts';
import type { GiveUpReason, Redemption } from './redemption.ts';

/** After so many batches, a ticket is given up. */
export const TRIES_MAX = 10;
const PAUSE_FIRST_BLOCKS = 5n;
const PAUSE_MAX_BLOCKS = 300n;

/** What happens to a winning ticket. `block` is the latest L1 block. */
export type RedemptionEvent =
  /** It was put into a batch. Written down before the transaction is sent. */
  | { readonly type: 'batch'; readonly batchId: string }
  /** A node answered that it has the transaction, or did not answer. */
  | { readonly type: 'submit' }
  /** The transaction is certainly not on its way: nothing was sent, or its nonce went to another transaction. */
  | { readonly type: 'drop'; readonly block: bigint }
  /** WinningTicketRedeemed was seen for this ticket. The receipt's status says nothing. */
  | { readonly type: 'redeemed-event' }
  /** The transaction was mined without that event. */
  | { readonly type: 'no-event'; readonly block: bigint }
  /** The block that had the event is gone. */
  | { readonly type: 'reorg' }
  /** The block that has the event is final. */
  | { readonly type: 'final' }
  /** It can't succeed any more. */
  | { readonly type: 'give-up'; readonly reason: GiveUpReason };

/** The next state. An event that means nothing in a state leaves the very same object. Pure. */
export function transitionRedemption(state: Redemption, event: RedemptionEvent): Redemption {
  const { phase } = state;
  switch (event.type) {
    case 'batch':
      return phase === 'durable'
        ? { ...state, phase: 'batched', batchId: event.batchId, tries: state.tries + 1 }
        : state;
    case 'submit':
      return phase === 'batched' ? { ...state, phase: 'submitted' } : state;
    case 'drop':
    case 'no-event':
      return isOnItsWay(state) ? retry(state, event.block) : state;
    case 'redeemed-event':
      // Also when we did not know that it was sent: a crash between sending and writing, or a late answer.
      return phase === 'mined' || phase === 'redeemed' ? state : { ...state, phase: 'mined', reason: undefined };
    case 'reorg':
      return phase === 'mined' ? { ...state, phase: state.batchId === undefined ? 'durable' : 'submitted' } : state;
    case 'final':
      return phase === 'mined' ? { ...state, phase: 'redeemed' } : state;
    case 'give-up':
      // What may be on its way is not given up: first it must be known that it is not.
      return phase === 'durable' ? giveUp(state, event.reason) : state;
    default:
      return assertNever(event);
  }
}

function isOnItsWay({ phase }: Redemption): boolean {
  return phase === 'batched' || phase === 'submitted';
}

function retry(state: Redemption, block: bigint): Redemption {
  if (state.tries >= TRIES_MAX) return giveUp(state, 'tries-used-up');
  const doubled = PAUSE_FIRST_BLOCKS << BigInt(state.tries - 1);
  const pause = doubled > PAUSE_MAX_BLOCKS ? PAUSE_MAX_BLOCKS : doubled;
  return { ...state, phase: 'durable', batchId: undefined, notBeforeBlock: block + pause };
}

function giveUp(state: Redemption, reason: GiveUpReason): Redemption {
  return { ...state, phase: 'given-up', batchId: undefined, reason };
}
