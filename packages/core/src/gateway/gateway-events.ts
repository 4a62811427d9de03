import type { GatewayOffer, OrchestratorRef } from './offers/indexed-offer.ts';

/** What a gateway tells about offers, after its index has changed. */
export interface GatewayEvents {
  'offer-changed': (offer: GatewayOffer) => void;
  'offer-removed': (offer: GatewayOffer) => void;
  'orchestrator-found': (orchestrator: OrchestratorRef) => void;
  'orchestrator-lost': (event: { url: string; reason: string }) => void;
}

/** Subscribes to events. */
export interface EventSubscriber<Events extends { [K in keyof Events]: (event: never) => void }> {
  on<K extends keyof Events & string>(event: K, listener: Events[K]): unknown;
  off<K extends keyof Events & string>(event: K, listener: Events[K]): unknown;
}
