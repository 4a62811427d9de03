import { ByocError } from '../../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../../primitives/clock.ts';
import { type Logger, silentLogger } from '../../../primitives/logger.ts';
import type { ChainClaim, ChainHead, ChainRound, ChainSender, LivepeerChain } from './livepeer-chain.ts';
import type { Address } from './livepeer-network.ts';

/** So long after it was last asked for, a sender is no longer watched. */
const SENDER_LIFE_MS = 30 * 60_000;

/** The chain as of one block. */
export interface ChainView extends ChainRound {
  readonly head: ChainHead;
  readonly gasPriceWei: bigint;
  /** Whether the recipient is active in this round. */
  readonly isActive: boolean;
}

/** A sender's money, and what of it one recipient may count on. */
export interface WatchedSender extends ChainSender, ChainClaim {}

/** How a chain is watched. */
export interface ChainWatcherOptions {
  /** Whose share of reserves counts. */
  readonly recipient: Address;
  /** @default 5000 */
  readonly pollMs?: number | undefined;
  /** A view that is older counts as none. @default 60000 */
  readonly staleMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** Follows rounds, gas price and senders, so that taking a ticket asks no network. */
export interface ChainWatcher {
  /** The newest view. @throws ByocError CHAIN_UNAVAILABLE when the chain has been silent for too long */
  view(): ChainView;
  /** A sender that is being watched, as of the newest view; undefined until `watch` was awaited. @throws ByocError CHAIN_UNAVAILABLE */
  sender(address: Address): WatchedSender | undefined;
  /** Watches a sender, and resolves with what it has. @throws ByocError CHAIN_* */
  watch(address: Address): Promise<WatchedSender>;
  /** Looks at the chain now, and resolves once everybody who listens is done. @throws ByocError CHAIN_* */
  refresh(): Promise<void>;
  /** Is called with each view, one call at a time. */
  onView(listener: (view: ChainView) => Promise<void>): void;
  /** Looks at once, then every `pollMs` until it is closed. Resolves after the first look, whatever came of it. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Creates a watcher. Each look reads the whole state as of the newest block and adds nothing up, so a reorganisation changes what
 * is seen and never what was counted. Age is measured on the own clock: what a block says of the time does not matter.
 */
export function createChainWatcher(chain: LivepeerChain, options: ChainWatcherOptions): ChainWatcher {
  const { recipient, pollMs = 5_000, staleMs = 60_000, clock = systemClock, logger = silentLogger } = options;
  const senders = new Map<string, { state: WatchedSender; askedAt: number }>();
  const listeners: ((view: ChainView) => Promise<void>)[] = [];
  const closing = new AbortController();
  let view: ChainView | undefined;
  let observedAt = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let loop: Promise<void> | undefined;

  const readSender = async (address: Address, head: ChainHead): Promise<WatchedSender> => {
    const [sender, claim] = await Promise.all([chain.sender(address, head), chain.claim(address, recipient, head)]);
    return { ...sender, ...claim };
  };
  const look = async (): Promise<ChainView> => {
    const head = await chain.head();
    const [round, gasPriceWei, isActive] = await Promise.all([
      chain.round(head),
      chain.gasPriceWei(),
      chain.isActive(recipient, head),
    ]);
    const now = clock.now();
    for (const [address, { askedAt }] of senders) if (now - askedAt > SENDER_LIFE_MS) senders.delete(address);
    const states = await Promise.all(
      [...senders.keys()].map(async (address) => [address, await readSender(address as Address, head)] as const),
    );
    if (view !== undefined && isReorganised(view.head, head))
      logger.warn({ from: view.head, to: head.blockHash }, 'chain reorganised');
    // Only now, all at once: a look that failed halfway leaves the old view whole.
    for (const [address, state] of states)
      senders.set(address, { state, askedAt: senders.get(address)?.askedAt ?? now });
    observedAt = now;
    view = { head, gasPriceWei, isActive, ...round };
    return view;
  };
  const refresh = () => {
    const next = turn.then(async () => {
      const seen = await look();
      for (const listener of listeners) await listener(seen);
    });
    turn = next.catch(() => {});
    return next;
  };
  const current = (): ChainView => {
    const age = clock.now() - observedAt;
    if (view !== undefined && age <= staleMs) return view;
    const reason = view === undefined ? 'it was never reached' : `nothing was heard of it for ${age} ms`;
    throw new ByocError('CHAIN_UNAVAILABLE', { reason });
  };
  const tryRefresh = () => refresh().catch((error: unknown) => logger.warn({ error: String(error) }, 'chain not seen'));
  const poll = async () => {
    while (!closing.signal.aborted) {
      await clock.sleep(pollMs, { signal: closing.signal, unref: true }).catch(() => {});
      if (closing.signal.aborted) return;
      await tryRefresh();
    }
  };

  return {
    view: current,
    sender(address) {
      current();
      const found = senders.get(address.toLowerCase());
      if (found !== undefined) found.askedAt = clock.now();
      return found?.state;
    },
    async watch(address) {
      const key = address.toLowerCase();
      const known = senders.get(key)?.state;
      const state = known ?? (await readSender(address, current().head));
      senders.set(key, { state: senders.get(key)?.state ?? state, askedAt: clock.now() });
      return state;
    },
    refresh,
    onView: (listener) => void listeners.push(listener),
    async start() {
      await tryRefresh();
      loop = poll();
    },
    async close() {
      closing.abort();
      await loop;
      await turn;
    },
  };
}

function isReorganised(before: ChainHead, now: ChainHead): boolean {
  if (now.blockNumber === before.blockNumber + 1n) return now.parentHash !== before.blockHash;
  return now.blockNumber <= before.blockNumber && now.blockHash !== before.blockHash;
}
