import { describe, expect, it } from 'vitest';
import { rational } from '../../price/rational.ts';
import { createFixedPriceFeed } from './create-fixed-price-feed.ts';

describe('createFixedPriceFeed', () => {
  it('turns dollars for an ether into wei for a dollar, exactly', async () => {
    const feed = createFixedPriceFeed('3000.50', { clock: { now: () => 7, sleep: async () => {} } });
    expect(await feed.read()).toEqual({ weiPerUsd: rational(10n ** 20n, 300_050n), observedAt: 7, source: 'fixed' });
  });

  it.each(['', '0', '0.00', '-1', 'NaN', '1e3', '$3000'])('refuses `%s`', (text) => {
    expect(() => createFixedPriceFeed(text)).toThrow(expect.objectContaining({ code: 'PRICE_FEED_UNAVAILABLE' }));
  });
});
