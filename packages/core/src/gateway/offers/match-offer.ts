import type { IndexedOffer } from './indexed-offer.ts';
import type { OfferFilter } from './offer-filter.ts';

/** Names the first filter that an offer fails; undefined when it passes. The capability is matched by the index. */
export function failedFilter(entry: IndexedOffer, filter: OfferFilter): string | undefined {
  const { offer } = entry;
  if (filter.orchestrator !== undefined && !isOrchestrator(entry, filter.orchestrator)) return 'orchestrator';
  if (filter.where !== undefined) {
    for (const label in filter.where) {
      const value = offer.labels[label] ?? offer.orchestrator.labels[label];
      if (value !== filter.where[label]) return `where.${label}`;
    }
  }
  if (filter.maxPrice !== undefined) {
    for (const meter in filter.maxPrice) {
      const price = offer.price.meters[meter];
      if (price === undefined) continue;
      if (BigInt(price.amountWei) > BigInt(filter.maxPrice[meter] ?? 0) * BigInt(price.per)) return `maxPrice.${meter}`;
    }
  }
  return undefined;
}

function isOrchestrator({ slot }: IndexedOffer, wanted: string): boolean {
  return slot.ref.url === wanted.replace(/\/$/, '') || slot.ref.address.toLowerCase() === wanted.toLowerCase();
}
