import { ByocError } from '../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../primitives/clock.ts';
import type { PriceFeed } from './price-feed.ts';
import { weiPerUsd } from './wei-per-usd.ts';

const ANSWER_BYTES_MAX = 64 * 1024;

/** How an HTTP price feed asks. */
export interface HttpPriceFeedOptions {
  /** JSON Pointer (RFC 6901) to dollars for one ether: decimal text or a number. @default "/usdPerEth" */
  readonly pointer?: string | undefined;
  /** Longest wait for the whole answer. @default 10000 */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Creates a feed that asks an HTTP address for JSON, each time it is read.
 *
 * @example
 * createHttpPriceFeed('https://prices.example/v2/ETH-USD/spot', { pointer: '/data/amount' })
 */
export function createHttpPriceFeed(url: string, options: HttpPriceFeedOptions = {}): PriceFeed {
  const { pointer = '/usdPerEth', timeoutMs = 10_000, clock = systemClock } = options;
  const fail = (reason: string, cause?: unknown) =>
    new ByocError('PRICE_FEED_UNAVAILABLE', { source: url, reason }, { cause });
  return {
    async read({ signal } = {}) {
      const text = await fetchText(url, signal, timeoutMs).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw fail(cause instanceof Error ? cause.message : String(cause), cause);
      });
      const value = valueAt(text, pointer);
      const rate = typeof value === 'string' || typeof value === 'number' ? weiPerUsd(String(value)) : undefined;
      if (rate === undefined) throw fail(`\`${pointer}\` of its answer is no price above 0`);
      return { weiPerUsd: rate, observedAt: clock.now(), source: url };
    },
  };
}

async function fetchText(url: string, signal: AbortSignal | undefined, timeoutMs: number): Promise<string> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function valueAt(text: string, pointer: string): unknown {
  try {
    let value: unknown = JSON.parse(text);
    for (const step of pointer.split('/').slice(1)) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return value;
  } catch {
    return undefined;
  }
}
