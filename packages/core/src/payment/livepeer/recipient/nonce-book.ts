/** So many nonces of one random number count; a sender then needs other parameters. As go-livepeer. */
export const NONCES_MAX = 600;

/** One used nonce, as a row. */
export interface UsedNonce {
  /** Hex of `recipientRandHash`. */
  readonly randHash: string;
  readonly senderNonce: number;
  readonly expirationBlock: bigint;
}

/** What the book says of a nonce. */
export type NonceState = 'new' | 'seen' | 'full' | 'retired';

/** Which nonces were used. In memory; the rows behind it are the caller's, and are given back at start. */
export interface NonceBook {
  look(randHash: string, senderNonce: number): NonceState;
  /** How many more nonces of this random number count. */
  room(randHash: string): number;
  mark(used: UsedNonce): void;
  /** Takes no ticket on this random number any more: it is public, so a sender could pick winners. */
  retire(randHash: string, expirationBlock: bigint): void;
  /** Forgets what expired at this L1 block or before: tickets on it are refused anyway. */
  forget(latestL1Block: bigint): void;
  /** Random numbers that are remembered. */
  readonly size: number;
}

/** Creates a book, filled from the rows of an earlier life. */
export function createNonceBook(
  restored: { used?: Iterable<UsedNonce>; retired?: Iterable<Omit<UsedNonce, 'senderNonce'>> } = {},
): NonceBook {
  const pages = new Map<string, { expirationBlock: bigint; nonces: Set<number>; retired: boolean }>();
  const pageOf = (randHash: string, expirationBlock: bigint) => {
    const page = pages.get(randHash) ?? { expirationBlock, nonces: new Set(), retired: false };
    pages.set(randHash, page);
    return page;
  };
  const book: NonceBook = {
    look(randHash, senderNonce) {
      const page = pages.get(randHash);
      if (page === undefined) return 'new';
      if (page.retired) return 'retired';
      if (page.nonces.has(senderNonce)) return 'seen';
      return page.nonces.size >= NONCES_MAX ? 'full' : 'new';
    },
    room: (randHash) => NONCES_MAX - (pages.get(randHash)?.nonces.size ?? 0),
    mark({ randHash, senderNonce, expirationBlock }) {
      pageOf(randHash, expirationBlock).nonces.add(senderNonce);
    },
    retire(randHash, expirationBlock) {
      const page = pageOf(randHash, expirationBlock);
      page.retired = true;
      page.nonces.clear();
    },
    forget(latestL1Block) {
      for (const [randHash, { expirationBlock }] of pages) if (expirationBlock <= latestL1Block) pages.delete(randHash);
    },
    get size() {
      return pages.size;
    },
  };
  for (const used of restored.used ?? []) book.mark(used);
  for (const { randHash, expirationBlock } of restored.retired ?? []) book.retire(randHash, expirationBlock);
  return book;
}
