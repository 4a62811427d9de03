import { describe, expect, it } from 'vitest';
import type { CapabilityContract } from '../../capability/capability.ts';
import type { ByocError } from '../../errors/byoc-error.ts';
import { createFixedPriceFeed } from '../../payment/price-feed/create-fixed-price-feed.ts';
import { systemClock } from '../../primitives/clock.ts';
import { silentLogger } from '../../primitives/logger.ts';
import type { PluginPrices } from '../plugin-host.ts';
import { type PriceChange, planPluginPrices } from './plan-plugin-prices.ts';
import { createPriceBook } from './price-book.ts';

const contractOf = (name: string, ...meters: string[]): CapabilityContract => ({
  ...{ name, version: '1.0.0', input: {}, output: {} },
  meters: Object.fromEntries(meters.map((meter) => [meter, { unit: 'token' }])),
});
const chat = contractOf('text/chat', 'input_tokens', 'output_tokens');
const embed = contractOf('text/embed', 'input_tokens');
const manifest = { capabilities: [chat, embed].map((contract) => ({ digest: '', contract })) };

function pricesOf(...changes: PriceChange[]): PluginPrices {
  let prices: PluginPrices | undefined;
  for (const change of changes) prices = planPluginPrices(prices, manifest, change);
  return prices as PluginPrices;
}

async function bookOf() {
  const feed = createFixedPriceFeed('3000');
  const book = createPriceBook({ feed, clock: systemClock, logger: silentLogger, onChange() {} });
  await book.start();
  return book;
}

const codeOf = (run: () => unknown) => {
  try {
    return String(run());
  } catch (error) {
    return (error as ByocError).code;
  }
};

describe('the prices of a plugin', () => {
  it('are one for all of its capabilities, each with the meters that it has', async () => {
    const book = await bookOf();
    const list = '5 wei + 1 wei / input_tokens + 3 wei / output_tokens';
    const sold = { pluginId: 'llm', prices: pricesOf({ price: { list } }) };
    expect(book.sheetOf(sold, chat).meters).toMatchObject({ input_tokens: { amountWei: '1' }, output_tokens: {} });
    expect(book.sheetOf(sold, embed)).toEqual({ baseWei: '5', meters: { input_tokens: { amountWei: '1', per: '1' } } });
    book.close();
  });

  it('are another one for a capability that has its own, in dollars too, until it costs what the others do again', async () => {
    const book = await bookOf();
    const price = { list: '$0.30 / 1M input_tokens' };
    const own = pricesOf({ price: { list: '3 wei / output_tokens' } }, { price, capability: 'text/embed' });
    const sold = { pluginId: 'llm', prices: own };
    expect(book.sheetOf(sold, embed).meters).toEqual({ input_tokens: { amountWei: '100000000', per: '1' } });
    expect(book.sheetOf(sold, chat).meters).toEqual({ output_tokens: { amountWei: '3', per: '1' } });
    const back = planPluginPrices(own, manifest, { capability: 'text/embed' });
    expect(back).toEqual({ default: own.default, capabilities: {} });
    book.close();
  });

  it('never make a capability free by accident: one that the price names no meter of is not sold', async () => {
    const book = await bookOf();
    const sold = { pluginId: 'llm', prices: pricesOf({ price: { list: '3 wei / output_tokens' } }) };
    expect(codeOf(() => book.sheetOf(sold, embed))).toBe('PRICE_MISSING');
    expect(codeOf(() => book.agreed(sold, embed, undefined))).toBe('PRICE_MISSING');
    expect(book.sheetOf({ pluginId: 'llm', prices: pricesOf({}) }, embed)).toEqual({ baseWei: '0', meters: {} });
    book.close();
  });

  it('that were agreed to hold for five minutes, each for its own capability alone', async () => {
    const book = await bookOf();
    const before = { pluginId: 'llm', prices: pricesOf({ price: { list: '1 wei / input_tokens' } }) };
    const agreed = new TextEncoder().encode(JSON.stringify(book.sheetOf(before, chat)));
    book.sheetOf(before, embed);
    const price = { list: '9 wei / input_tokens' };
    const after = { ...before, prices: planPluginPrices(before.prices, manifest, { price, capability: 'text/chat' }) };
    expect(book.sheetOf(after, chat).meters).toMatchObject({ input_tokens: { amountWei: '9' } });
    expect(book.agreed(after, chat, agreed).meters).toMatchObject({ input_tokens: { amountWei: '1' } });
    const dear = new TextEncoder().encode(JSON.stringify(book.sheetOf(after, chat)));
    expect(codeOf(() => book.agreed(after, embed, dear))).toBe('PRICE_CHANGED');
    book.close();
  });

  it.each([
    ['CAPABILITY_NOT_OFFERED', { price: { list: '1 wei' }, capability: 'text/none' }],
    ['PRICE_TEXT_INVALID', { price: { list: '1 wei / output_tokens' }, capability: 'text/embed' }],
    ['PRICE_TEXT_INVALID', { price: { list: '1 wei / pixels' } }],
    ['PRICE_SHEET_INVALID', { price: { baseWei: '0', meters: { pixels: { amountWei: '1', per: '1' } } } }],
    ['PRICE_SHEET_INVALID', { price: { baseWei: '-1', meters: {} } }],
  ] as const)('are refused with %s: %j', (code, change) => {
    expect(codeOf(() => planPluginPrices(undefined, manifest, change))).toBe(code);
  });

  it('go with a capability that a new version no longer has', () => {
    const price = { list: '1 wei / input_tokens' };
    const before = pricesOf({ price, capability: 'text/embed' });
    expect(planPluginPrices(before, { capabilities: manifest.capabilities.slice(0, 1) }, {}).capabilities).toEqual({});
  });
});
