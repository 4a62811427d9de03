import type { Offer } from '../../protocol/orchestrator-service.ts';
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
}

/** Works out what selection needs. */
export function indexOffer(offer: Offer, slot: OrchestratorSlot): IndexedOffer {
  let unitPrice = Number(offer.price.baseWei);
  for (const price of Object.values(offer.price.meters)) unitPrice += Number(price.amountWei) / Number(price.per);
  return { offer: { ...offer, orchestrator: slot.ref }, slot, unitPrice };
}
