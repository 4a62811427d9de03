import type { Offer } from '../../protocol/orchestrator-service.ts';

/** What changed between two lists of offers. */
export function diffOffers(
  before: ReadonlyMap<string, Offer>,
  after: ReadonlyMap<string, Offer>,
): { upserted: Offer[]; removedOfferIds: string[] } {
  const upserted = [...after.values()].filter((offer) => !sameOffer(before.get(offer.offerId), offer));
  return { upserted, removedOfferIds: [...before.keys()].filter((offerId) => !after.has(offerId)) };
}

/** Contracts are compared by digest: they are large and never change within one. */
function sameOffer(a: Offer | undefined, b: Offer): boolean {
  if (a === undefined) return false;
  if (a === b) return true;
  return factsOf(a) === factsOf(b);
}

function factsOf({ contract, ...facts }: Offer): string {
  return JSON.stringify(facts);
}
