import { ByocError } from '../../../errors/byoc-error.ts';
import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import { creditWei } from '../ticket/expected-value.ts';
import type { SignedTicket } from '../ticket/ticket.ts';
import { verifyTicket } from '../ticket/verify-ticket.ts';
import type { TicketPayment } from '../wire/ticket-payment.ts';
import type { NonceBook, UsedNonce } from './nonce-book.ts';
import { recipientRand } from './recipient-rand.ts';
import { refusePayment } from './refuse-payment.ts';

/** A ticket that won: what redeeming it takes. */
export interface WinningTicket extends SignedTicket {
  /** The ticket's hash, 32 bytes: its name on chain. */
  readonly hash: Uint8Array;
  /** 32 bytes. Secret until `paramsExpirationBlock`. */
  readonly recipientRand: Uint8Array;
  readonly paramsExpirationBlock: bigint;
}

/** What the chain said last, as far as it concerns one sender. */
export interface SenderView {
  readonly latestL1Block: bigint;
  readonly lastInitializedRound: bigint;
  /** Rounds in which a ticket can be redeemed, its own included. */
  readonly ticketValidityRounds: bigint;
  /** Round from which the sender may withdraw; 0 when it has not unlocked. */
  readonly withdrawRound: bigint;
}

/** What one payment brought. */
export interface ReceivedTickets {
  /** ETH address, 20 bytes. */
  readonly sender: Uint8Array;
  /** What they may pay for. */
  readonly purpose: string;
  readonly creditWei: bigint;
  readonly used: readonly UsedNonce[];
  readonly winners: readonly WinningTicket[];
  readonly refused: readonly { readonly senderNonce: number; readonly reason: string }[];
}

/** What a receiver is made of. */
export interface TicketReceiverOptions {
  readonly engine: CryptoEngine;
  /** Own ETH address, 20 bytes. */
  readonly recipient: Uint8Array;
  /** From `loadTicketSecret`. */
  readonly secret: Uint8Array;
  readonly nonces: NonceBook;
  /** Writes nonces, winners and credit in one transaction. They count only once it returns; when it throws, nothing does. */
  readonly store: (received: ReceivedTickets) => void;
}

/** Takes tickets and turns them into credit. */
export interface TicketReceiver {
  /**
   * Checks a payment: first what is cheap, signatures last. A ticket that is refused earns no credit and is never redeemed; the
   * others of its payment count.
   *
   * @throws ByocError PAYMENT_TICKETS_REFUSED when nothing in the payment can be taken
   */
  receive(payment: TicketPayment, options: { readonly purpose: string; readonly view: SenderView }): ReceivedTickets;
}

/** Creates the recipient's side of tickets. */
export function createTicketReceiver({
  engine,
  recipient,
  secret,
  nonces,
  store,
}: TicketReceiverOptions): TicketReceiver {
  return {
    receive(payment, { purpose, view }) {
      const { params, sender, tickets } = payment;
      const refuse = (reason: string) =>
        new ByocError('PAYMENT_TICKETS_REFUSED', { sender: `0x${hexOf(sender)}`, reason });
      const early = refusePayment(payment, recipient, view);
      if (early !== undefined) throw refuse(early);
      const rand = recipientRand(secret, { ...params, sender, purpose });
      const randHash = hexOf(params.recipientRandHash);
      if (hexOf(engine.keccak256(rand)) !== randHash)
        throw refuse('the parameters are not ones that were given to it for this');

      const { recipientRandHash, faceValueWei, winProb, creationRound, creationRoundBlockHash, expirationBlock } =
        params;
      const shared = {
        recipient,
        sender,
        recipientRandHash,
        faceValueWei,
        winProb,
        creationRound,
        creationRoundBlockHash,
      };
      const used = new Map<number, UsedNonce>();
      const winners: WinningTicket[] = [];
      const refused: { senderNonce: number; reason: string }[] = [];
      const full = nonces.room(randHash);
      for (const { senderNonce, signature } of tickets) {
        const state = used.has(senderNonce) ? 'seen' : used.size >= full ? 'full' : nonces.look(randHash, senderNonce);
        if (state !== 'new') {
          refused.push({ senderNonce, reason: `nonce-${state}` });
          continue;
        }
        const ticket = { ...shared, senderNonce, signature };
        const verified = verifyTicket(engine, ticket, rand);
        if (!verified.valid) {
          refused.push({ senderNonce, reason: `signature-${verified.reason}` });
          continue;
        }
        used.set(senderNonce, { randHash, senderNonce, expirationBlock });
        if (!verified.won) continue;
        winners.push({ ...ticket, hash: verified.hash, recipientRand: rand, paramsExpirationBlock: expirationBlock });
      }
      const received = {
        sender,
        purpose,
        creditWei: creditWei(params) * BigInt(used.size),
        used: [...used.values()],
        winners,
        refused,
      };
      store(received);
      for (const nonce of received.used) nonces.mark(nonce);
      return received;
    },
  };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
