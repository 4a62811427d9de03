import { rational, silentLogger } from '@byoc/core';
import { createChainlinkPriceFeed } from '@byoc/core/payment/livepeer';
import { type Anvil, startAnvil } from '@byoc/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPayment } from '../../../packages/cli/src/open-payment.ts';
import { hasPart } from '../../support/require-part.ts';

const address = '0x00000000000000000000000000000000000feed0';
const nowMs = 1_790_000_000_000;
const clock = { now: () => nowMs, sleep: async () => {} };

/** Answers `decimals()` with 8 and everything else with its first five storage slots. */
const aggregatorCode =
  '0x60003560e01c63313ce56714603257' +
  [0, 1, 2, 3, 4].map((slot) => `60${byte(slot)}5460${byte(slot * 32)}52`).join('') +
  '60a06000f3' +
  '5b600860005260206000f3';

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

describe.skipIf(!(await hasPart('anvil')))('createChainlinkPriceFeed', () => {
  let chain: Anvil;
  beforeAll(async () => {
    chain = await startAnvil();
    await chain.request('anvil_setCode', [address, aggregatorCode]);
  });
  afterAll(() => chain[Symbol.asyncDispose]());

  async function answer(price: bigint, updatedAtMs: number): Promise<void> {
    const set = (slot: number, value: bigint) => {
      const word = (number: bigint) => `0x${BigInt.asUintN(256, number).toString(16).padStart(64, '0')}`;
      return chain.request('anvil_setStorageAt', [address, word(BigInt(slot)), word(value)]);
    };
    await set(1, price);
    await set(3, BigInt(updatedAtMs / 1000));
  }
  const feed = () => createChainlinkPriceFeed({ rpcUrls: ['http://127.0.0.1:1', chain.url], address, clock });

  it('reads the price of the contract, exactly', async () => {
    await answer(300_050_000_000n, nowMs - 60_000);
    expect(await feed().read()).toEqual({
      weiPerUsd: rational(10n ** 20n, 300_050n),
      observedAt: nowMs - 60_000,
      source: `chainlink ${address}`,
    });
  });

  it.each([
    ['0', 0n, nowMs, 'it answers 0'],
    ['a negative price', -1n, nowMs, 'it answers -1'],
    ['a price of two days ago', 300_000_000_000n, nowMs - 172_800_000, 'its price is 172800 s old'],
  ])('refuses %s', async (_, price, updatedAtMs, reason) => {
    await answer(price, updatedAtMs);
    await expect(feed().read()).rejects.toMatchObject({ code: 'PRICE_FEED_UNAVAILABLE', facts: { reason } });
  });

  it('is what `--price-feed chainlink` of the command reads, through --rpc', async () => {
    await answer(300_000_000_000n, Math.floor(Date.now() / 1000) * 1000);
    const open = (priceFeed: string) => {
      const rpc = ['http://127.0.0.1:1', chain.url];
      const args = { payment: [], usdPerEth: undefined, priceFeed, network: 'local', rpc };
      return openPayment(args as never, { signer: undefined, logger: silentLogger });
    };
    const { priceFeed } = await open(`chainlink:${address}`);
    expect((await priceFeed?.read())?.weiPerUsd).toEqual(rational(10n ** 15n, 3n));
    // On a chain of one's own nobody knows where it is.
    await expect(open('chainlink')).rejects.toMatchObject({ code: 'INPUT_ARGUMENT_INVALID' });
  });

  it('says so when the contract or the chain is not there', async () => {
    const nowhere = createChainlinkPriceFeed({
      rpcUrls: ['http://127.0.0.1:1', chain.url],
      address: `0x${'1'.repeat(40)}`,
      clock,
    });
    await expect(nowhere.read()).rejects.toMatchObject({ code: 'PRICE_FEED_UNAVAILABLE' });
    const noChain = createChainlinkPriceFeed({ rpcUrls: ['http://127.0.0.1:1'], address, clock });
    await expect(noChain.read()).rejects.toMatchObject({ code: 'PRICE_FEED_UNAVAILABLE' });
  });

  it('gives up at once when its caller does', async () => {
    const reason = new Error('left');
    await expect(feed().read({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
