/** How long choosing an offer takes. Bars: 1,000 orchestrators × 50 capabilities 1 ms, 100,000 offers of one capability 5 ms (p99). */

import type { OrchestratorSlot } from '../packages/core/src/gateway/offers/indexed-offer.ts';
import type { OfferFilter } from '../packages/core/src/gateway/offers/offer-filter.ts';
import { OfferIndex } from '../packages/core/src/gateway/offers/offer-index.ts';
import { newOrchestratorRecord } from '../packages/core/src/gateway/offers/orchestrator-record.ts';
import { selectOffer } from '../packages/core/src/gateway/offers/select-offer.ts';
import { freePriceSheet } from '../packages/core/src/price/price-sheet.ts';
import type { Offer } from '../packages/core/src/protocol/orchestrator-service.ts';
import { percentile, report, timeEach } from './support/statistics.ts';

/** Reproducible, so that two runs compare. */
let seed = 1;
function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return seed / 2 ** 31;
}

const states = ['ready', 'ready', 'busy', 'cold', 'warming', 'unavailable'] as const;

function offerOf(orchestrator: number, capability: number): Offer {
  const name = `bench/c${capability}`;
  return {
    offerId: `${capability}`,
    capability: `${name}@1.${orchestrator % 5}.0`,
    contractDigest: '',
    contract: { name, version: '1.0.0', input: {}, output: {}, meters: {} },
    price: { ...freePriceSheet, meters: { units: { amountWei: `${1 + Math.floor(random() * 1000)}`, per: '10' } } },
    state: states[Math.floor(random() * states.length)] as Offer['state'],
    slotsTotal: 4,
    slotsFree: Math.floor(random() * 5),
    queueFree: 10,
    timeToWarmMs: Math.floor(random() * 10_000),
    plugin: 'bench@1.0.0',
    paymentProviders: ['free'],
    labels: { region: orchestrator % 2 === 0 ? 'eu' : 'us' },
    details: {},
    models: [],
  };
}

function fill(orchestrators: number, capabilities: number) {
  const index = new OfferIndex();
  const slots: OrchestratorSlot[] = [];
  for (let number = 0; number < orchestrators; number += 1) {
    const ref = { url: `https://orchestrator-${number}:8945`, address: `0x${number}`, labels: {} };
    const slot = { ref, record: { ...newOrchestratorRecord, latencyMs: 20 + random() * 400 } };
    const upserted = Array.from({ length: capabilities }, (_, capability) => offerOf(number, capability));
    index.apply(slot, { snapshot: true, upserted, removedOfferIds: [] });
    slots.push(slot);
  }
  return { index, slots };
}

async function measure(what: string, bar: number, call: () => unknown) {
  const samples = await timeEach(async () => call(), { warmUp: 200, count: 1000 });
  const p99 = percentile(samples, 0.99);
  report(
    what,
    `p50 ${percentile(samples, 0.5).toFixed(3)} ms, p99 ${p99.toFixed(3)} ms`,
    `p99 ≤ ${bar} ms`,
    p99 <= bar,
  );
}

const select = (index: OfferIndex, filter: OfferFilter & { capability: string }) =>
  selectOffer({ candidates: index.candidates(filter.capability), filter, now: 0, random });

const spread = fill(1000, 50);
let turn = 0;
function nextName(): string {
  turn += 1;
  return `bench/c${turn % 50}`;
}
await measure('select among 1,000 orchestrators × 50 capabilities', 1, () =>
  select(spread.index, { capability: `${nextName()}@^1.0.0` }),
);
await measure('the same, with a label and a price limit', 1, () =>
  select(spread.index, { capability: `${nextName()}@^1.0.0`, where: { region: 'eu' }, maxPrice: { units: 50n } }),
);
await measure('apply one changed offer', 1, () => {
  const at = Math.floor(random() * 1000);
  spread.index.apply(spread.slots[at] as OrchestratorSlot, {
    snapshot: false,
    upserted: [offerOf(at, Math.floor(random() * 50))],
    removedOfferIds: [],
  });
});
const flat = fill(100_000, 1);
await measure('select among 100,000 offers of one capability', 5, () =>
  select(flat.index, { capability: 'bench/c0@^1.0.0' }),
);
await measure('the same, with a label and a price limit', 5, () =>
  select(flat.index, { capability: 'bench/c0@^1.0.0', where: { region: 'eu' }, maxPrice: { units: 50n } }),
);
