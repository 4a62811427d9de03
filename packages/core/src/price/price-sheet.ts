import { z } from 'zod';

const wei = z.string().regex(/^(0|[1-9]\d{0,77})$/, 'must be a whole number of wei, decimal');

const count = wei.refine((text) => text !== '0', 'must be at least 1');

/** What an orchestrator asks for: a base fee and, for each meter, a rational price of `amountWei` for every `per` units. */
export const priceSheetSchema = z.strictObject({
  /** Wei for the job itself. @default "0" */
  baseWei: wei.default('0'),
  /** So many jobs cost `baseWei`: a base fee that was set in dollars is rarely a whole number of wei. @default "1" */
  basePer: count.optional(),
  /** Prices by meter. A meter that is not named is free. */
  meters: z.record(z.string(), z.strictObject({ amountWei: wei, per: count })).default({}),
});

/** A parsed price sheet. */
export type PriceSheet = z.output<typeof priceSheetSchema>;

/** Costs nothing. */
export const freePriceSheet: PriceSheet = { baseWei: '0', meters: {} };
