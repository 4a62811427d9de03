/** What makes a ticket of a recipient unlike others; the rest is a nonce. All of it comes from the recipient. */
export interface TicketParams {
  /** ETH address, 20 bytes. */
  readonly recipient: Uint8Array;
  readonly faceValueWei: bigint;
  /** The ticket wins with probability `winProb / (2^256 - 1)`. */
  readonly winProb: bigint;
  /** keccak256 of the recipient's random number, 32 bytes. */
  readonly recipientRandHash: Uint8Array;
  /** What the recipient needs, with its secret, to find its random number again. */
  readonly seed: Uint8Array;
  /** L1 block from which tickets on these parameters are no longer taken. */
  readonly expirationBlock: bigint;
  readonly creationRound: bigint;
  /** L1 block hash of that round, 32 bytes. */
  readonly creationRoundBlockHash: Uint8Array;
}

/** A promise to pay `faceValueWei` if it wins: exactly what is hashed and signed, and what the chain is shown. */
export interface Ticket
  extends Pick<
    TicketParams,
    'recipient' | 'faceValueWei' | 'winProb' | 'recipientRandHash' | 'creationRound' | 'creationRoundBlockHash'
  > {
  /** ETH address, 20 bytes. */
  readonly sender: Uint8Array;
  /** Different for each ticket of a sender on one `recipientRandHash`. 32 bits on the wire. */
  readonly senderNonce: number;
}

/** A ticket with its sender's signature, 65 bytes. */
export interface SignedTicket extends Ticket {
  readonly signature: Uint8Array;
}

/** Certainty, as a win probability. */
export const WIN_PROB_MAX = 2n ** 256n - 1n;
