import type { CapabilityContract } from '../../capability/capability.ts';
import { priceSheetSchema } from '../../price/price-sheet.ts';
import type { Offer as Message, OfferState as WireState } from '../gen/byoc/orchestrator/v1/orchestrator.ts';
import type { Offer, OfferState } from '../orchestrator-service.ts';
import { decodeJsonObject, encodeJsonObject } from './json-object-codec.ts';
import { malformed } from './malformed.ts';
import type { WireContext } from './wire-context.ts';

const STATES: readonly OfferState[] = ['cold', 'warming', 'ready', 'busy', 'unavailable'];

/** Writes an offer. */
export function encodeOffer(offer: Offer): Message {
  return {
    offerId: offer.offerId,
    capability: offer.capability,
    contractDigest: offer.contractDigest,
    contractJson: encodeJsonObject(offer.contract),
    priceJson: encodeJsonObject(offer.price),
    state: (STATES.indexOf(offer.state) + 1) as WireState,
    slotsTotal: offer.slotsTotal,
    slotsFree: offer.slotsFree,
    queueFree: offer.queueFree,
    timeToWarmMs: Math.min(0xffff_ffff, Math.ceil(offer.timeToWarmMs)),
    plugin: offer.plugin,
    paymentProviders: [...offer.paymentProviders],
    labels: offer.labels,
    detailsJson: encodeJsonObject(offer.details),
    models: [...offer.models],
  };
}

/** Reads an offer. The contract's digest is for the gateway to check. */
export function decodeOffer(message: Message, context: WireContext): Offer {
  const state = STATES[message.state - 1];
  if (state === undefined) throw malformed(context, `the offer state ${message.state} is unknown`);
  const price = priceSheetSchema.safeParse(decodeJsonObject(message.priceJson, 'price_json', context));
  if (!price.success) throw malformed(context, 'price_json is not a price sheet');
  return {
    offerId: message.offerId,
    capability: message.capability,
    contractDigest: message.contractDigest,
    contract: decodeContract(message.contractJson, context),
    price: price.data,
    state,
    slotsTotal: message.slotsTotal,
    slotsFree: message.slotsFree,
    queueFree: message.queueFree,
    timeToWarmMs: message.timeToWarmMs,
    plugin: message.plugin,
    paymentProviders: message.paymentProviders,
    labels: message.labels,
    details: decodeJsonObject(message.detailsJson, 'details_json', context),
    models: message.models,
  };
}

function decodeContract(bytes: Uint8Array, context: WireContext): CapabilityContract {
  const json = decodeJsonObject(bytes, 'contract_json', context);
  const isObject = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (typeof json['name'] !== 'string' || typeof json['version'] !== 'string')
    throw malformed(context, 'contract_json has no name and version');
  if (!isObject(json['input']) || !isObject(json['output']) || !isObject(json['meters']))
    throw malformed(context, 'contract_json has no input, output and meters');
  return json as unknown as CapabilityContract;
}
