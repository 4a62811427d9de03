import type { PriceSheet } from '../../../price/price-sheet.ts';

/** What tickets may pay for, as text: parameters that were given for a cheap capability can't fund a dear one. */
export function ticketPurpose({ capability, price }: { capability: string; price: PriceSheet }): string {
  const meters = Object.entries(price.meters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    capability,
    price.baseWei,
    price.basePer ?? '1',
    meters.map(([m, p]) => [m, p.amountWei, p.per]),
  ]);
}

/** The capability of a purpose. */
export function purposeCapability(purpose: string): string {
  return (JSON.parse(purpose) as [string])[0];
}
