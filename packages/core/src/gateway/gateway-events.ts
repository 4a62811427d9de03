import type { ByocError } from '../errors/byoc-error.ts';
import type { GatewayOffer, OrchestratorRef } from './offers/indexed-offer.ts';

/** What a gateway tells about offers, after its index has changed. */
export interface GatewayEvents {
  'offer-changed': (offer: GatewayOffer) => void;
  'offer-removed': (offer: GatewayOffer) => void;
  'orchestrator-found': (orchestrator: OrchestratorRef) => void;
  /** A job that was paid for has no receipt that counts: it is missing, forged, or charges too much. */
  'receipt-refused': (event: { jobId: string; orchestrator: OrchestratorRef; problem: ByocError }) => void;
  'orchestrator-lost': (event: { url: string; reason: string }) => void;
}

/** Subscribes to events. */
export interface EventSubscriber<Events extends { [K in keyof Events]: (event: never) => void }> {
  on<K extends keyof Events & string>(event: K, listener: Events[K]): unknown;
  off<K extends keyof Events & string>(event: K, listener: Events[K]): unknown;
}
