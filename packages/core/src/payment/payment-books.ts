import type { PaymentHost } from './payment-host.ts';

/** One thing that a provider's own tables say of what came in or went out. `at`: milliseconds since the Unix epoch. */
export type PaymentBooking = {
  readonly at: number /** Empty when it is of no one capability. */;
  readonly capability: string;
} & (
  | { readonly type: 'tickets'; readonly count: number; readonly worthWei: bigint }
  | {
      readonly type: 'winner';
      readonly state: 'pending' | 'redeemed' | 'given-up';
      /** Why it was given up. */
      readonly reason: string | undefined;
      readonly faceValueWei: bigint;
    }
  /** What redeeming has cost. */
  | { readonly type: 'gas'; readonly costWei: bigint }
);

/** Reads a provider's tables, whether it was started or not. */
export interface PaymentBooks {
  readonly provider: string;
  /** Those of the provider: the tables are brought up to date before they are read. */
  readonly migrations: readonly string[];
  /** What happened at a time or later, in no order. */
  list(rows: Pick<PaymentHost, 'prepare'>, sinceMs: number): Iterable<PaymentBooking>;
}
