import { z } from 'zod';

const wei = z.string().regex(/^(0|[1-9]\d{0,77})$/, 'must be a whole number of wei, decimal');

/** What an orchestrator asks for: a base fee and, for each meter, a rational price of `amountWei` for every `per` units. */
export const priceSheetSchema = z.strictObject({
  /** Wei for the job itself. @default "0" */
  baseWei: wei.default('0'),
  /** Prices by meter. A meter that is not named is free. */
  meters: z
    .record(
      z.string(),
      z.strictObject({ amountWei: wei, per: wei.refine((text) => text !== '0', 'must be at least 1') }),
    )
    .default({}),
});

/** A parsed price sheet. */
export type PriceSheet = z.output<typeof priceSheetSchema>;

/** Costs nothing. */
export const freePriceSheet: PriceSheet = { baseWei: '0', meters: {} };
