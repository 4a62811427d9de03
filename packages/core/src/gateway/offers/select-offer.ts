import { breakerAllows } from './breaker.ts';
import type { IndexedOffer } from './indexed-offer.ts';
import { failedFilter } from './match-offer.ts';
import type { OfferFilter } from './offer-filter.ts';
import { scoreOffer, warmth } from './score-offer.ts';

/** What selection looks at. All of it is in memory. */
export interface SelectOfferInput {
  readonly candidates: Iterable<IndexedOffer>;
  readonly filter: OfferFilter;
  /** Orchestrators (URL) that must not be chosen. */
  readonly excluded?: ReadonlySet<string> | undefined;
  /** Milliseconds since the Unix epoch, for the breakers. */
  readonly now: number;
  /** 0 to 1. */
  readonly random: () => number;
}

/** The chosen offer, or how many offers each filter removed. */
export type SelectedOffer =
  | { readonly chosen: IndexedOffer }
  | { readonly chosen: undefined; readonly offered: number; readonly removed: ReadonlyMap<string, number> };

/** The choice falls among this many of the best. */
const BEST = 8;

/**
 * Selects an offer: filters, scores, and takes the less loaded of two drawn from the best, so that gateways that see the
 * same offers don't all run to one orchestrator.
 */
export function selectOffer({ candidates, filter, excluded, now, random }: SelectOfferInput): SelectedOffer {
  const fitting: IndexedOffer[] = [];
  const removed = new Map<string, number>();
  let offered = 0;
  let cheapest = Number.POSITIVE_INFINITY;
  for (const entry of candidates) {
    offered += 1;
    const failed = failedFilter(entry, filter) ?? unusable(entry, excluded, now);
    if (failed !== undefined) {
      removed.set(failed, (removed.get(failed) ?? 0) + 1);
      continue;
    }
    fitting.push(entry);
    if (entry.unitPrice < cheapest) cheapest = entry.unitPrice;
  }
  if (fitting.length === 0) return { chosen: undefined, offered, removed };
  const rank = rankBy(filter.orderBy ?? 'score', cheapest);
  const best = pickBest(fitting, rank, filter.orderBy === undefined || filter.orderBy === 'score' ? BEST : 1);
  const first = best[Math.floor(random() * best.length)] ?? best[0];
  const second = best[Math.floor(random() * best.length)] ?? best[0];
  return { chosen: (rank(first as IndexedOffer) >= rank(second as IndexedOffer) ? first : second) as IndexedOffer };
}

/** Gives the figure that an order sorts by; higher comes first. */
export function rankBy(
  orderBy: NonNullable<OfferFilter['orderBy']>,
  cheapest: number,
): (entry: IndexedOffer) => number {
  switch (orderBy) {
    case 'price':
      return (entry) => -entry.unitPrice;
    case 'latency':
      return (entry) => -(entry.slot.record.latencyMs ?? Number.MAX_VALUE);
    case 'warmth':
      return warmth;
    default:
      return (entry) => scoreOffer(entry, cheapest);
  }
}

function unusable(entry: IndexedOffer, excluded: ReadonlySet<string> | undefined, now: number): string | undefined {
  if (excluded?.has(entry.slot.ref.url)) return 'a failed attempt';
  if (entry.offer.state === 'unavailable') return 'state unavailable';
  if (!breakerAllows(entry.slot.record.breaker, now)) return 'repeated failures';
  return undefined;
}

/** The `count` best, without sorting the rest; an offer much worse than the best one is not among them. */
function pickBest(
  entries: readonly IndexedOffer[],
  rank: (entry: IndexedOffer) => number,
  count: number,
): IndexedOffer[] {
  const best: { entry: IndexedOffer; rank: number }[] = [];
  for (const entry of entries) {
    const figure = rank(entry);
    if (best.length === count && figure <= (best[count - 1] as { rank: number }).rank) continue;
    let at = best.length;
    while (at > 0 && (best[at - 1] as { rank: number }).rank < figure) at -= 1;
    best.splice(at, 0, { entry, rank: figure });
    if (best.length > count) best.pop();
  }
  const top = best[0]?.rank ?? 0;
  const near = count === 1 ? best : best.filter((item) => item.rank >= top * 0.9);
  return near.map((item) => item.entry);
}
