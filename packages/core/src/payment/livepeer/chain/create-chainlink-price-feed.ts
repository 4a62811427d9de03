import { ByocError } from '../../../errors/byoc-error.ts';
import { rational } from '../../../price/rational.ts';
import { type Clock, systemClock } from '../../../primitives/clock.ts';
import type { PriceFeed } from '../../price-feed/price-feed.ts';

/** Chainlink's price of ETH in US dollars on Arbitrum One. */
const ARBITRUM_ETH_USD = '0x639Fe6ab55C921f74e7fac1ee960C0B6293ba612';
const WEI_PER_ETH = 10n ** 18n;

const ABI = [
  { type: 'function', name: 'decimals', stateMutability: 'view', inputs: [], outputs: [{ type: 'uint8' }] },
  {
    type: 'function',
    name: 'latestRoundData',
    stateMutability: 'view',
    inputs: [],
    outputs: [
      { name: 'roundId', type: 'uint80' },
      { name: 'answer', type: 'int256' },
      { name: 'startedAt', type: 'uint256' },
      { name: 'updatedAt', type: 'uint256' },
      { name: 'answeredInRound', type: 'uint80' },
    ],
  },
] as const;

/** How a Chainlink feed is read. */
export interface ChainlinkPriceFeedOptions {
  /** JSON-RPC of the chain that the contract is on; one that fails is passed over. */
  readonly rpcUrls: readonly string[];
  /** Aggregator of ETH in US dollars. @default the one on Arbitrum One */
  readonly address?: `0x${string}` | undefined;
  /** An older price is refused. @default 90000000 (25 hours: the feed is written at least once a day) */
  readonly ageMaxMs?: number | undefined;
  /** Longest wait for the chain. @default 10000 */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Creates a feed that reads a Chainlink aggregator, each time it is read. Needs `viem`. */
export function createChainlinkPriceFeed(options: ChainlinkPriceFeedOptions): PriceFeed {
  const {
    rpcUrls,
    address = ARBITRUM_ETH_USD,
    ageMaxMs = 90_000_000,
    timeoutMs = 10_000,
    clock = systemClock,
  } = options;
  const source = `chainlink ${address}`;
  const fail = (reason: string, cause?: unknown) =>
    new ByocError('PRICE_FEED_UNAVAILABLE', { source, reason }, cause === undefined ? {} : { cause });
  return {
    async read({ signal } = {}) {
      signal?.throwIfAborted();
      if (rpcUrls.length === 0) throw fail('no RPC URL is named');
      const { createPublicClient, fallback, http } = await import('viem');
      const fetchOptions = signal === undefined ? {} : { signal };
      const client = createPublicClient({
        transport: fallback(
          rpcUrls.map((url) => http(url, { timeout: timeoutMs, retryCount: 0, fetchOptions })),
          { retryCount: 0 },
        ),
      });
      const [decimals, [, answer, , updatedAtSeconds]] = await Promise.all([
        client.readContract({ address, abi: ABI, functionName: 'decimals' }),
        client.readContract({ address, abi: ABI, functionName: 'latestRoundData' }),
      ]).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw fail(firstLine(cause), cause);
      });
      if (answer <= 0n) throw fail(`it answers ${answer}`);
      const observedAt = Number(updatedAtSeconds) * 1000;
      const age = clock.now() - observedAt;
      if (age > ageMaxMs) throw fail(`its price is ${Math.round(age / 1000)} s old`);
      return { weiPerUsd: rational(WEI_PER_ETH * 10n ** BigInt(decimals), answer), observedAt, source };
    },
  };
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return (text.split('\n')[0] ?? '').replace(/\.$/, '');
}
