import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Offer, OfferState } from '../../protocol/orchestrator-service.ts';
import type { OrchestratorSlot } from './indexed-offer.ts';
import type { OfferFilter } from './offer-filter.ts';
import { OfferIndex } from './offer-index.ts';
import { newOrchestratorRecord } from './orchestrator-record.ts';
import { selectOffer } from './select-offer.ts';

interface Made {
  readonly state: OfferState;
  readonly priceWei: number;
  readonly region: string;
  readonly version: string;
  readonly broken: boolean;
}

function offerOf(id: string, { state, priceWei, region, version }: Made): Offer {
  return {
    offerId: id,
    capability: `a/b@${version}`,
    contractDigest: '',
    contract: { name: 'a/b', version, input: {}, output: {}, meters: {} },
    price: { baseWei: '0', meters: { units: { amountWei: `${priceWei}`, per: '10' } } },
    state,
    slotsTotal: 2,
    slotsFree: 1,
    queueFree: 1,
    timeToWarmMs: 100,
    plugin: 'b@1.0.0',
    paymentProviders: ['free'],
    labels: { region },
    details: {},
    models: [],
  };
}

function indexOf(made: readonly Made[]) {
  const index = new OfferIndex();
  const slots = made.map((one, number): OrchestratorSlot => {
    const breaker = one.broken
      ? ({ state: 'open', until: 1_000, openMs: 1_000 } as const)
      : newOrchestratorRecord.breaker;
    const ref = { url: `https://o${number}`, address: `0x${number}`, labels: {} };
    const slot = { ref, record: { ...newOrchestratorRecord, breaker } };
    index.apply(slot, { snapshot: true, upserted: [offerOf('1', one)], removedOfferIds: [] });
    return slot;
  });
  return { index, slots };
}

const made = fc.record({
  state: fc.constantFrom<OfferState>('cold', 'warming', 'ready', 'busy', 'unavailable'),
  priceWei: fc.integer({ min: 0, max: 100 }),
  region: fc.constantFrom('eu', 'us'),
  version: fc.constantFrom('1.0.0', '1.2.0', '2.0.0'),
  broken: fc.boolean(),
});
const filters = fc.record(
  {
    where: fc.constant({ region: 'eu' }),
    maxPrice: fc.record({ units: fc.bigInt({ min: 0n, max: 10n }) }),
    orderBy: fc.constantFrom('score', 'price', 'latency', 'warmth'),
  },
  { requiredKeys: [] },
);

function fits(one: Made, number: number, filter: OfferFilter, excluded: ReadonlySet<string>): boolean {
  if (one.state === 'unavailable' || one.broken || one.version === '2.0.0') return false;
  if (filter.where !== undefined && one.region !== 'eu') return false;
  const limit = filter.maxPrice?.['units'];
  if (limit !== undefined && one.priceWei > Number(limit) * 10) return false;
  return !excluded.has(`https://o${number}`);
}

describe('selectOffer', () => {
  it('chooses an offer that passes every filter, if there is one, and accounts for all when there is none', () => {
    fc.assert(
      fc.property(
        fc.array(made, { maxLength: 40 }),
        filters,
        fc.array(fc.integer({ min: 0, max: 39 })),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (offers, filter, out, chance) => {
          const { index } = indexOf(offers);
          const excluded = new Set(out.map((number) => `https://o${number}`));
          const select = () =>
            selectOffer({ candidates: index.candidates('a/b@^1'), filter, excluded, now: 0, random: () => chance });
          const selected = select();
          const fitting = offers.filter((one, number) => fits(one, number, filter, excluded));
          if (selected.chosen === undefined) {
            expect(fitting).toEqual([]);
            const removed = [...selected.removed.values()].reduce((sum, count) => sum + count, 0);
            expect(removed).toBe(selected.offered);
            return;
          }
          const number = Number(selected.chosen.slot.ref.url.slice('https://o'.length));
          expect(fits(offers[number] as Made, number, filter, excluded)).toBe(true);
          if (filter.orderBy === 'price')
            expect((offers[number] as Made).priceWei).toBe(Math.min(...fitting.map(({ priceWei }) => priceWei)));
          expect(select()).toEqual(selected);
        },
      ),
    );
  });

  it('finds the only offer that fits among very many', () => {
    const offers = Array.from({ length: 5_000 }, (_, at) => ({
      ...{ state: 'ready' as const, priceWei: 1, version: '1.0.0', broken: false },
      region: at === 4_321 ? 'eu' : 'us',
    }));
    const { index } = indexOf(offers);
    const filter = { where: { region: 'eu' } };
    const selected = selectOffer({ candidates: index.candidates('a/b'), filter, now: 0, random: () => 0.5 });
    expect(selected.chosen?.slot.ref.url).toBe('https://o4321');
  });

  it('spreads jobs over offers that are alike', () => {
    const alike = Array.from({ length: 8 }, () => ({
      ...{ state: 'ready' as const, priceWei: 1, region: 'eu', version: '1.0.0', broken: false },
    }));
    const { index } = indexOf(alike);
    const chosen = Array.from({ length: 64 }, (_, at) => {
      const random = () => (at % 8) / 8;
      return selectOffer({ candidates: index.candidates('a/b'), filter: {}, now: 0, random }).chosen?.slot.ref.url;
    });
    expect(new Set(chosen).size).toBe(8);
  });
});

describe('OfferIndex', () => {
  const references: [string, RegExp][] = [
    ['', /./],
    ['a/b', /./],
    ['a/b@^1.1.0', /@1\.1\.0$/],
    ['a/b@1.0.0', /@1\.0\.0$/],
    ['a/b@^2', /never/],
  ];

  it('holds what the changes say, whatever their order', () => {
    const change = fc.record({
      slot: fc.integer({ min: 0, max: 3 }),
      kind: fc.constantFrom('upsert', 'remove', 'snapshot', 'gone'),
      ids: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4')),
      version: fc.constantFrom('1.0.0', '1.1.0'),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const index = new OfferIndex();
        const slots = [0, 1, 2, 3].map((number) => ({
          ref: { url: `https://o${number}`, address: '', labels: {} },
          record: newOrchestratorRecord,
        }));
        const model = new Map<string, string>();
        for (const { slot: number, kind, ids, version } of changes) {
          const slot = slots[number] as OrchestratorSlot;
          const own = [...model.keys()].filter((key) => key.startsWith(`${slot.ref.url} `));
          if (kind === 'snapshot' || kind === 'gone') for (const key of own) model.delete(key);
          for (const id of ids) {
            if (kind === 'remove') model.delete(`${slot.ref.url} ${id}`);
            else if (kind !== 'gone') model.set(`${slot.ref.url} ${id}`, `a/b@${version}`);
          }
          const make = (id: string) =>
            offerOf(id, { state: 'ready', priceWei: 1, region: 'eu', version, broken: false });
          const upserted = kind === 'remove' ? [] : ids.map(make);
          if (kind === 'gone') index.remove(slot);
          else
            index.apply(slot, {
              snapshot: kind === 'snapshot',
              upserted,
              removedOfferIds: kind === 'remove' ? ids : [],
            });
          // What is kept for a reference is true after every change.
          for (const [reference, pattern] of references) {
            const told = index.query(reference === '' ? {} : { capability: reference });
            const right = [...model].map((pair) => pair.join(' ')).filter((text) => pattern.test(text));
            expect(
              told.map((offer) => `${offer.orchestrator.url} ${offer.offerId} ${offer.capability}`).sort(),
            ).toEqual(right.sort());
          }
        }
        for (const pool of index.candidates('a/b')) pool.forEach((entry, at) => void expect(entry.at).toBe(at));
      }),
    );
  });
});
