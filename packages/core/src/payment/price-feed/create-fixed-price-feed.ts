import { ByocError } from '../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../primitives/clock.ts';
import type { PriceFeed } from './price-feed.ts';
import { weiPerUsd } from './wei-per-usd.ts';

/**
 * Creates a feed that always gives the rate it was made with: for closed networks and tests.
 *
 * `usdPerEth` is decimal text, for example `3000`.
 *
 * @throws ByocError PRICE_FEED_UNAVAILABLE when it is no decimal above 0
 */
export function createFixedPriceFeed(usdPerEth: string, { clock = systemClock }: { clock?: Clock } = {}): PriceFeed {
  const rate = weiPerUsd(usdPerEth);
  if (rate === undefined) {
    throw new ByocError('PRICE_FEED_UNAVAILABLE', { source: 'fixed', reason: `\`${usdPerEth}\` is no price above 0` });
  }
  return { read: async () => ({ weiPerUsd: rate, observedAt: clock.now(), source: 'fixed' }) };
}
