import type { Offer } from '../../protocol/orchestrator-service.ts';

/** Weights in the score. */
const WARMTH = 3;
const SLOTS = 1;
/** A time to warm that halves its part of the score. */
const WARM_HALF_MS = 2_000;

/** What an offer's own state adds to its score. */
export function offerMerit(offer: Offer): number {
  const slots = offer.slotsTotal === 0 ? 0 : offer.slotsFree / offer.slotsTotal;
  return WARMTH * warmth(offer) + SLOTS * slots;
}

/** 1 when a job could start now, towards 0 the longer it takes. */
export function warmth(offer: Offer): number {
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
