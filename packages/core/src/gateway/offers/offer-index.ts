import { matchesCapability, parseCapabilityRef } from '../../capability/capability-ref.ts';
import type { OffersChange } from '../../protocol/orchestrator-service.ts';
import {
  type GatewayOffer,
  type IndexedOffer,
  indexOffer,
  type OfferPools,
  type OrchestratorSlot,
} from './indexed-offer.ts';
import { offerTest } from './match-offer.ts';
import type { OfferFilter } from './offer-filter.ts';
import { rankBy } from './select-offer.ts';

/** Answers kept at most. */
const FOUND_MAX = 256;

/** What changed in the index. */
export interface IndexChange {
  readonly changed: readonly GatewayOffer[];
  readonly removed: readonly GatewayOffer[];
}

/** Every offer known, by capability. Incremental: a change touches only its own offers. */
export class OfferIndex {
  /** Capability name → reference with its version → offers. */
  readonly #byName = new Map<string, Map<string, IndexedOffer[]>>();
  /** Orchestrator → offer id → offer. */
  readonly #bySlot = new Map<OrchestratorSlot, Map<string, IndexedOffer>>();
  /** Answers of `candidates`, until a version comes or goes. */
  readonly #found = new Map<string, OfferPools>();

  /** Applies a change of one orchestrator. */
  apply(slot: OrchestratorSlot, change: OffersChange): IndexChange {
    const own = this.#bySlot.get(slot) ?? new Map<string, IndexedOffer>();
    this.#bySlot.set(slot, own);
    const removed: GatewayOffer[] = [];
    const kept = new Set(change.upserted.map((offer) => offer.offerId));
    const gone = change.snapshot ? [...own.keys()].filter((id) => !kept.has(id)) : change.removedOfferIds;
    for (const id of gone) {
      const entry = own.get(id);
      if (entry === undefined) continue;
      own.delete(id);
      this.#unlink(entry);
      removed.push(entry.offer);
    }
    const changed: GatewayOffer[] = [];
    for (const offer of change.upserted) {
      const before = own.get(offer.offerId);
      if (before !== undefined) this.#unlink(before);
      const entry = indexOffer(offer, slot);
      own.set(offer.offerId, entry);
      this.#link(entry);
      changed.push(entry.offer);
    }
    return { changed, removed };
  }

  /** Forgets an orchestrator. */
  remove(slot: OrchestratorSlot): readonly GatewayOffer[] {
    const own = this.#bySlot.get(slot);
    this.#bySlot.delete(slot);
    const entries = [...(own?.values() ?? [])];
    for (const entry of entries) this.#unlink(entry);
    return entries.map((entry) => entry.offer);
  }

  /** Offers that `capability` (a name, with a version or range) asks for. @throws ByocError CAPABILITY_REFERENCE_INVALID */
  candidates(capability?: string): OfferPools {
    if (capability === undefined) return [...this.#byName.values()].flatMap((versions) => [...versions.values()]);
    const found = this.#found.get(capability);
    if (found !== undefined) return found;
    const wanted = parseCapabilityRef(capability);
    const pools: IndexedOffer[][] = [];
    for (const [reference, pool] of this.#byName.get(wanted.name) ?? [])
      if (matchesCapability(reference, wanted)) pools.push(pool);
    if (this.#found.size >= FOUND_MAX) this.#found.clear();
    this.#found.set(capability, pools);
    return pools;
  }

  /** Offers that pass a filter, best first. */
  query(filter: OfferFilter): GatewayOffer[] {
    const failed = offerTest(filter);
    const fitting = this.candidates(filter.capability).flatMap((pool) =>
      pool.filter((entry) => failed(entry) === undefined),
    );
    const cheapest = fitting.reduce((least, entry) => Math.min(least, entry.unitPrice), Number.POSITIVE_INFINITY);
    const rank = rankBy(filter.orderBy ?? 'score', cheapest);
    return fitting
      .map((entry) => ({ offer: entry.offer, rank: rank(entry) }))
      .sort((a, b) => b.rank - a.rank)
      .map(({ offer }) => offer);
  }

  #link(entry: IndexedOffer): void {
    const { capability } = entry.offer;
    const name = nameOf(capability);
    const versions = this.#byName.get(name) ?? new Map<string, IndexedOffer[]>();
    this.#byName.set(name, versions);
    let pool = versions.get(capability);
    if (pool === undefined) {
      pool = [];
      versions.set(capability, pool);
      this.#found.clear();
    }
    entry.at = pool.push(entry) - 1;
  }

  /** The last of the pool takes its place: the order in a pool means nothing. */
  #unlink(entry: IndexedOffer): void {
    const { capability } = entry.offer;
    const versions = this.#byName.get(nameOf(capability));
    const pool = versions?.get(capability);
    if (versions === undefined || pool === undefined) return;
    const last = pool.pop() as IndexedOffer;
    if (last !== entry) {
      pool[entry.at] = last;
      last.at = entry.at;
    }
    if (pool.length > 0) return;
    versions.delete(capability);
    this.#found.clear();
    if (versions.size === 0) this.#byName.delete(nameOf(capability));
  }
}

function nameOf(reference: string): string {
  return reference.slice(0, reference.indexOf('@'));
}
