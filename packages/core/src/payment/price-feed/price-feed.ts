import type { Rational } from '../../price/rational.ts';

/** What a dollar was worth, and who said so. */
export interface ExchangeRate {
  /** Wei for one US dollar, exactly. Above 0. */
  readonly weiPerUsd: Rational;
  /** When the source last looked, milliseconds since the Unix epoch. */
  readonly observedAt: number;
  /** For people and logs, for example `fixed` or an address. */
  readonly source: string;
}

/** Turns dollars into wei. A quote pins the rate that it was made with. */
export interface PriceFeed {
  /**
   * Reads the rate.
   *
   * @throws ByocError PRICE_FEED_UNAVAILABLE when there is none that can be trusted; never an old or invented one
   */
  read(options?: { signal?: AbortSignal | undefined }): Promise<ExchangeRate>;
}
