import type { IndexedOffer } from './indexed-offer.ts';
import type { OfferFilter } from './offer-filter.ts';

/** Names the first filter that an offer fails; undefined when it passes. */
export type OfferTest = (entry: IndexedOffer) => string | undefined;

/** Makes the test of a filter, once for many offers. The capability is matched by the index. */
export function offerTest(filter: OfferFilter): OfferTest {
  const url = filter.orchestrator?.replace(/\/$/, '');
  const address = filter.orchestrator?.toLowerCase();
  const labels = Object.entries(filter.where ?? {});
  const limits = Object.entries(filter.maxPrice ?? {}).map(([meter, limit]) => ({ meter, limitWei: BigInt(limit) }));
  return ({ offer, slot, meterPrices }) => {
    if (url !== undefined && slot.ref.url !== url && slot.ref.address.toLowerCase() !== address) return 'orchestrator';
    for (const [label, value] of labels)
      if ((offer.labels[label] ?? slot.ref.labels[label]) !== value) return `where.${label}`;
    for (const { meter, limitWei } of limits) {
      const price = meterPrices.get(meter);
      if (price !== undefined && price.amountWei > limitWei * price.per) return `maxPrice.${meter}`;
    }
    return undefined;
  };
}
