import type { GatewayOffer } from '@byoc/core/gateway';

/** Chooses the orchestrator with most room for one job more; undefined when every slot has one of ours already. Pure. */
export function pickSeat(
  offers: readonly Pick<GatewayOffer, 'orchestrator' | 'slotsTotal' | 'state'>[],
  taken: ReadonlyMap<string, number>,
  avoid: ReadonlySet<string>,
): string | undefined {
  const slots = new Map<string, number>();
  for (const { orchestrator, slotsTotal, state } of offers) {
    // A cold plugin tells no slots yet, and has one at least.
    if (state !== 'unavailable')
      slots.set(orchestrator.url, (slots.get(orchestrator.url) ?? 0) + Math.max(1, slotsTotal));
  }
  const free = [...slots].filter(([url, total]) => (taken.get(url) ?? 0) < total);
  const load = ([url, total]: [string, number]) => (taken.get(url) ?? 0) / total + (avoid.has(url) ? 1 : 0);
  return free.toSorted((one, other) => load(one) - load(other))[0]?.[0];
}
