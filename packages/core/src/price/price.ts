import type { Rational } from './rational.ts';

/** What one unit costs, exactly: wei, or US dollars that become wei when a quote is made. At least 0. */
export interface Price {
  readonly currency: 'wei' | 'usd';
  readonly amount: Rational;
}

/** Prices as an operator sets them, before dollars become wei. */
export interface PriceList {
  /** For the job itself. */
  readonly base: Price;
  /** For one unit of each meter. A meter that is not named is free. */
  readonly meters: Readonly<Record<string, Price>>;
}
