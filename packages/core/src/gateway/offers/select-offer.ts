import { breakerAllows } from './breaker.ts';
import type { IndexedOffer, OfferPools } from './indexed-offer.ts';
import { offerTest } from './match-offer.ts';
import type { OfferFilter } from './offer-filter.ts';
import { warmth } from './offer-merit.ts';
import { scoreOffer } from './score-offer.ts';

/** What selection looks at. All of it is in memory. */
export interface SelectOfferInput {
  readonly candidates: OfferPools;
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
/** Of more offers than this, the score looks at a sample of about as many, evenly spread, from a random start. */
const SAMPLE = 250;

/**
 * Selects an offer: filters, scores, and takes the better of two drawn from the best, so that gateways that see the same
 * offers don't all run to one orchestrator. The other orders are exact; the score of very many offers is that of a sample.
 */
export function selectOffer({ candidates, filter, excluded, now, random }: SelectOfferInput): SelectedOffer {
  const failed = offerTest(filter);
  const test = (entry: IndexedOffer) => failed(entry) ?? unusable(entry, excluded, now);
  const byScore = filter.orderBy === undefined || filter.orderBy === 'score';
  const offered = candidates.reduce((sum, pool) => sum + pool.length, 0);
  const step = byScore ? Math.floor(offered / SAMPLE) : 1;
  let found = filterPools(candidates, test, step > 1 ? { from: Math.floor(random() * step), step } : EVERY);
  // A sample that a filter has thinned out tells too little.
  if (step > 1 && found.fitting.length < BEST * 2) found = filterPools(candidates, test, EVERY);
  const { fitting, removed, cheapest } = found;
  if (fitting.length === 0) return { chosen: undefined, offered, removed };
  const rank = rankBy(filter.orderBy ?? 'score', cheapest);
  const best = pickBest(fitting, rank, byScore ? BEST : 1);
  const first = best[Math.floor(random() * best.length)] ?? best[0];
  const second = best[Math.floor(random() * best.length)] ?? best[0];
  return { chosen: (rank(first as IndexedOffer) >= rank(second as IndexedOffer) ? first : second) as IndexedOffer };
}

const EVERY = { from: 0, step: 1 };

/** Tests every `step`-th offer, counted over all pools. */
function filterPools(
  pools: OfferPools,
  test: (entry: IndexedOffer) => string | undefined,
  { from, step }: { from: number; step: number },
) {
  const fitting: IndexedOffer[] = [];
  const removed = new Map<string, number>();
  let cheapest = Number.POSITIVE_INFINITY;
  let at = from;
  for (const pool of pools) {
    for (; at < pool.length; at += step) {
      const entry = pool[at] as IndexedOffer;
      const failed = test(entry);
      if (failed !== undefined) {
        removed.set(failed, (removed.get(failed) ?? 0) + 1);
        continue;
      }
      fitting.push(entry);
      if (entry.unitPrice < cheapest) cheapest = entry.unitPrice;
    }
    at -= pool.length;
  }
  return { fitting, removed, cheapest };
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
      return ({ offer }) => warmth(offer);
    default:
      return (entry) => scoreOffer(entry, cheapest);
  }
}

function unusable(entry: IndexedOffer, excluded: ReadonlySet<string> | undefined, now: number): string | undefined {
  if (excluded !== undefined && excluded.size > 0 && excluded.has(entry.slot.ref.url)) return 'a failed attempt';
  if (!entry.takesJobs) return 'state unavailable';
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
