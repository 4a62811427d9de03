import { matchesCapability, parseCapabilityRef } from '../../capability/capability-ref.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Offer, OffersChange } from '../../protocol/orchestrator-service.ts';
import type { PluginQueues } from '../jobs/plugin-queues.ts';
import { slotsOf } from '../jobs/plugin-queues.ts';
import type { PriceBook } from '../payment/price-book.ts';
import type { PluginHost } from '../plugin-host.ts';
import { diffOffers } from './diff-offers.ts';
import { projectOffers } from './project-offers.ts';

/** Changes that follow each other are told together, at most this often: a small job must not cost a message to each gateway. */
const TOLD_EVERY_MS = 50;

/** The offers of an orchestrator, now and as they change. */
export interface OfferBoard {
  list(capability: string): readonly Offer[];
  watch(capability: string, options: { signal?: AbortSignal | undefined }): AsyncIterable<OffersChange>;
  /** Something changed: watchers look again soon. */
  touch(): void;
  close(): void;
}

/**
 * Creates the board. A watcher holds nothing but what it has told already: whatever changes while it is slow is told in
 * one, so its memory is bounded by the number of offers.
 */
export function createOfferBoard(options: {
  host: PluginHost;
  queues: PluginQueues;
  queueLimit: number;
  labels: Readonly<Record<string, string>>;
  paymentProviders: readonly string[];
  prices: PriceBook;
  clock: Clock;
}): OfferBoard {
  const { host, queues, clock } = options;
  const watchers = new Set<() => void>();
  let closed = false;
  let touched = false;
  let toldAt = Number.NEGATIVE_INFINITY;

  const list = (capability: string): Offer[] => {
    const ref = capability === '' ? undefined : parseCapabilityRef(capability);
    return host.list().flatMap((plugin) => {
      const admission = queues.peek(plugin.pluginId)?.admission;
      const { running = 0, waiting = 0, queueFree = options.queueLimit } = admission ?? {};
      const offers = projectOffers(plugin, { slotsTotal: slotsOf(plugin), running, waiting, queueFree }, options);
      return ref === undefined ? offers : offers.filter((offer) => matchesCapability(offer.capability, ref));
    });
  };
  const byId = (capability: string) => new Map(list(capability).map((offer) => [offer.offerId, offer]));

  async function* watch(
    capability: string,
    { signal }: { signal?: AbortSignal | undefined },
  ): AsyncGenerator<OffersChange> {
    let dirty = false;
    let wake = () => {};
    const onChange = () => {
      dirty = true;
      wake();
    };
    watchers.add(onChange);
    signal?.addEventListener('abort', onChange, { once: true });
    try {
      let told = byId(capability);
      yield { snapshot: true, upserted: [...told.values()], removedOfferIds: [] };
      while (!closed && !signal?.aborted) {
        if (!dirty) await new Promise<void>((resolve) => (wake = resolve));
        dirty = false;
        const now = byId(capability);
        const change = diffOffers(told, now);
        told = now;
        if (change.upserted.length + change.removedOfferIds.length > 0) yield { snapshot: false, ...change };
      }
    } finally {
      watchers.delete(onChange);
      signal?.removeEventListener('abort', onChange);
    }
  }

  const touch = () => {
    if (touched || watchers.size === 0) return;
    touched = true;
    void clock.sleep(Math.max(0, toldAt + TOLD_EVERY_MS - clock.now()), { unref: true }).then(() => {
      touched = false;
      toldAt = clock.now();
      for (const watcher of watchers) watcher();
    });
  };
  const stops = [host.on('plugin-changed', touch), host.on('plugin-removed', touch)];
  return {
    list,
    watch,
    touch,
    close() {
      closed = true;
      for (const stop of stops) stop();
      for (const watcher of [...watchers]) watcher();
    },
  };
}
