import type { IndexedOffer } from './indexed-offer.ts';

/** Weights of the score; each part is 0 to 1 before it is weighed. */
const PRICE = 4;
const SUCCESS = 4;
const WARMTH = 3;
const LATENCY = 2;
const SLOTS = 1;
/** A latency that halves its part of the score. */
const LATENCY_HALF_MS = 100;
/** A time to warm that halves its part of the score. */
const WARM_HALF_MS = 2_000;

/** How good an offer is; higher is better. `cheapest` is the lowest unit price among those compared. */
export function scoreOffer(entry: IndexedOffer, cheapest: number): number {
  const { offer, slot, unitPrice } = entry;
  const price = unitPrice === 0 ? 1 : cheapest / unitPrice;
  const latency = LATENCY_HALF_MS / (LATENCY_HALF_MS + (slot.record.latencyMs ?? LATENCY_HALF_MS));
  const slots = offer.slotsTotal === 0 ? 0 : offer.slotsFree / offer.slotsTotal;
  return PRICE * price + SUCCESS * slot.record.successRate + WARMTH * warmth(entry) + LATENCY * latency + SLOTS * slots;
}

/** 1 when a job could start now, towards 0 the longer it takes. */
export function warmth({ offer }: IndexedOffer): number {
  switch (offer.state) {
    case 'ready':
      return 1;
    case 'busy':
      return offer.queueFree > 0 ? 0.5 : 0;
    case 'unavailable':
      return 0;
    default:
      return (0.9 * WARM_HALF_MS) / (WARM_HALF_MS + offer.timeToWarmMs);
  }
}
