import type { CapabilityContract } from '../../capability/capability.ts';
import { freePriceSheet, type PriceSheet } from '../../price/price-sheet.ts';
import type { Offer, OfferState } from '../../protocol/orchestrator-service.ts';
import type { PriceBook } from '../payment/price-book.ts';
import type { HostedPlugin } from '../plugin-host.ts';

/** How full a plugin is. */
export interface OfferLoad {
  readonly slotsTotal: number;
  readonly running: number;
  readonly waiting: number;
  readonly queueFree: number;
}

/** Shown until a start was measured, ms. */
const TIME_TO_WARM_UNKNOWN_MS = 30_000;

/** Projects a plugin into its offers, one a capability. The id stays the same over restarts and upgrades. */
export function projectOffers(
  plugin: HostedPlugin,
  load: OfferLoad,
  options: { labels: Readonly<Record<string, string>>; paymentProviders: readonly string[]; prices: PriceBook },
): Offer[] {
  return plugin.manifest.capabilities.map(({ contract, digest }) => {
    const price = priceOf(plugin, contract, options.prices);
    // What has no price at the moment is not sold.
    const state = price === undefined ? 'unavailable' : offerState(plugin, load);
    const slotsFree = state === 'ready' ? Math.max(0, load.slotsTotal - load.running) : 0;
    const warm = state === 'ready' || state === 'busy';
    return {
      offerId: `${plugin.pluginId}:${contract.name}@${contract.version}`,
      capability: `${contract.name}@${contract.version}`,
      contractDigest: digest,
      contract,
      price: price ?? freePriceSheet,
      state,
      slotsTotal: load.slotsTotal > 0 ? load.slotsTotal : plugin.manifest.concurrency,
      slotsFree,
      queueFree: state === 'unavailable' ? 0 : load.queueFree,
      timeToWarmMs: warm ? 0 : (plugin.timeToWarmMs ?? TIME_TO_WARM_UNKNOWN_MS),
      plugin: `${plugin.manifest.name}@${plugin.manifest.version}`,
      paymentProviders: options.paymentProviders,
      labels: { ...plugin.manifest.labels, ...options.labels },
      details: plugin.workerState?.details ?? {},
      models: plugin.workerState?.models ?? [],
    };
  });
}

function priceOf(plugin: HostedPlugin, contract: CapabilityContract, prices: PriceBook): PriceSheet | undefined {
  try {
    return prices.sheetOf(plugin, contract);
  } catch {
    return undefined;
  }
}

function offerState(plugin: HostedPlugin, load: OfferLoad): OfferState {
  switch (plugin.phase) {
    case 'ready':
    case 'busy':
      return load.running < load.slotsTotal && load.waiting === 0 ? 'ready' : 'busy';
    case 'starting':
    case 'warming':
      return 'warming';
    case 'installed':
    case 'pulling':
    // Started again after a pause.
    case 'failed':
      return 'cold';
    default:
      return 'unavailable';
  }
}
