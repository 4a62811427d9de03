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
  const { model } = filter;
  if (url === undefined && labels.length === 0 && limits.length === 0 && model === undefined) return () => undefined;
  // Indexes and no destructuring: this runs for every offer.
  return (entry) => {
    const { ref } = entry.slot;
    if (url !== undefined && ref.url !== url && ref.address.toLowerCase() !== address) return 'orchestrator';
    const { models } = entry.offer;
    if (model !== undefined && models.length > 0 && !models.includes(model)) return `model ${model}`;
    for (let at = 0; at < labels.length; at += 1) {
      const wanted = labels[at] as [string, string];
      if ((entry.offer.labels[wanted[0]] ?? ref.labels[wanted[0]]) !== wanted[1]) return `where.${wanted[0]}`;
    }
    for (let at = 0; at < limits.length; at += 1) {
      const wanted = limits[at] as (typeof limits)[number];
      const leastWei = entry.leastLimitsWei.get(wanted.meter);
      if (leastWei !== undefined && leastWei > wanted.limitWei) return `maxPrice.${wanted.meter}`;
    }
    return undefined;
  };
}
