import type { IndexedOffer } from './indexed-offer.ts';

/** Weights of the score; each part is 0 to 1 before it is weighed. The offer's own part is its `merit`. */
const PRICE = 4;
const SUCCESS = 4;
const LATENCY = 2;
/** A latency that halves its part of the score. */
const LATENCY_HALF_MS = 100;

/** How good an offer is; higher is better. `cheapest` is the lowest unit price among those compared. */
export function scoreOffer({ slot, unitPrice, merit }: IndexedOffer, cheapest: number): number {
  const price = unitPrice === 0 ? 1 : cheapest / unitPrice;
  const latency = LATENCY_HALF_MS / (LATENCY_HALF_MS + (slot.record.latencyMs ?? LATENCY_HALF_MS));
  return PRICE * price + SUCCESS * slot.record.successRate + merit + LATENCY * latency;
}
