import type { Offer } from '../../protocol/orchestrator-service.ts';
import { offerMerit } from './offer-merit.ts';
import type { OrchestratorRecord } from './orchestrator-record.ts';

/** An orchestrator, as offers name it. */
export interface OrchestratorRef {
  /** `https://host:port`. */
  readonly url: string;
  /** EIP-55 ETH address. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An offer with who makes it. */
export interface GatewayOffer extends Offer {
  readonly orchestrator: OrchestratorRef;
}

/** An orchestrator's live state, shared by its offers. */
export interface OrchestratorSlot {
  readonly ref: OrchestratorRef;
  record: OrchestratorRecord;
}

/** An offer in the index, with what selection needs worked out once. */
export interface IndexedOffer {
  readonly offer: GatewayOffer;
  readonly slot: OrchestratorSlot;
  /** Wei for the job and one unit of every meter: a rough figure, only for comparing. */
  readonly unitPrice: number;
  /** The least price limit for one unit that it keeps, whole wei, by meter. */
  readonly leastLimitsWei: ReadonlyMap<string, bigint>;
  /** False in the state `unavailable`. */
  readonly takesJobs: boolean;
  /** The part of the score that only the offer itself decides. */
  readonly merit: number;
  /** Its place in its pool; only the index writes it. */
  at: number;
}

/** Offers in lists: all of a list have the same capability and version. */
export type OfferPools = readonly (readonly IndexedOffer[])[];

/** Works out what selection needs. */
export function indexOffer(offer: Offer, slot: OrchestratorSlot): IndexedOffer {
  const leastLimitsWei = new Map<string, bigint>();
  let unitPrice = Number(offer.price.baseWei);
  for (const [meter, price] of Object.entries(offer.price.meters)) {
    const per = BigInt(price.per);
    leastLimitsWei.set(meter, (BigInt(price.amountWei) + per - 1n) / per);
    unitPrice += Number(price.amountWei) / Number(price.per);
  }
  const ownOffer = { ...offer, orchestrator: slot.ref };
  const takesJobs = offer.state !== 'unavailable';
  return { offer: ownOffer, slot, unitPrice, leastLimitsWei, takesJobs, merit: offerMerit(offer), at: -1 };
}
