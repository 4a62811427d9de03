/** By what time earnings are added up: days and months are of UTC. */
export type EarningsPeriod = 'day' | 'month' | 'all';

/** What is asked for. */
export interface EarningsQuery {
  /** Milliseconds since the Unix epoch; 0 for all that there is. */
  readonly sinceMs: number;
  readonly period: EarningsPeriod;
}

/** Tickets that won. Decimal wei of their face values. */
export interface WinnerSum {
  readonly count: number;
  readonly wei: string;
}

/** What came in and went out for one capability in one period. Decimal wei; `netWei` may be below 0. */
export interface EarningsRow {
  /** `2026-11-25`, `2026-11`, or `all`. */
  readonly period: string;
  /** Empty for what is of no one capability. */
  readonly capability: string;
  /** Jobs that were paid. */
  readonly jobs: number;
  /** What they were charged, by their receipts. */
  readonly chargedWei: string;
  /** The same, by the way it was paid. */
  readonly chargedBy: Readonly<Record<string, string>>;
  /** Tickets that were taken, and what they are worth on average. */
  readonly tickets: { readonly count: number; readonly worthWei: string };
  readonly winners: {
    readonly pending: WinnerSum;
    readonly redeemed: WinnerSum;
    readonly givenUp: WinnerSum & { readonly reasons: Readonly<Record<string, number>> };
  };
  /** What redeeming has cost. */
  readonly gasWei: string;
  /** What was charged, less the gas. */
  readonly netWei: string;
}

/** What an orchestrator earned. */
export interface Earnings {
  readonly rows: readonly EarningsRow[];
  /** All of them together. */
  readonly total: EarningsRow;
}
