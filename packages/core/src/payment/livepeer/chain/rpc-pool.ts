import { ByocError } from '../../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../../primitives/clock.ts';
import { type Logger, silentLogger } from '../../../primitives/logger.ts';
import { postRpc } from './post-rpc.ts';
import { answerKey, isAgreed } from './rpc-agreement.ts';
import { RpcRefusal } from './rpc-refusal.ts';

const PENALTY_FIRST_MS = 1_000;
const PENALTY_MAX_MS = 60_000;

/** How a chain is reached. */
export interface RpcPoolOptions {
  /** JSON-RPC over HTTP, the preferred one first. */
  readonly urls: readonly string[];
  readonly chainId: number;
  /** Longest wait for one answer. @default 10000 */
  readonly timeoutMs?: number | undefined;
  /** So many URLs have to say the same of what money follows from. @default 2 with three or more URLs, else 1 */
  readonly agreement?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** A call of JSON-RPC. */
export interface RpcCall {
  readonly method: string;
  readonly params?: readonly unknown[] | undefined;
}

/** Several URLs as one. */
export interface RpcPool {
  /**
   * Asks the URLs in turn until one answers, or, for what money follows from, until enough of them say the same.
   *
   * @throws RpcRefusal when the chain refuses the call; ByocError CHAIN_UNAVAILABLE, CHAIN_ANSWERS_DIFFER
   */
  request(call: RpcCall, options?: { signal?: AbortSignal | undefined }): Promise<unknown>;
}

interface Endpoint {
  readonly url: string;
  /** Without path and query, which often hold a key. */
  readonly host: string;
  /** It said that it is on the right chain, and has not failed since. */
  checked: boolean;
  failures: number;
  avoidUntil: number;
}

/**
 * Creates a pool. A URL that is silent, broken or on another chain goes to the end of the line for a while, longer each time; it
 * is still asked when no other is left.
 */
export function createRpcPool(options: RpcPoolOptions): RpcPool {
  const { urls, chainId, timeoutMs = 10_000, clock = systemClock, logger = silentLogger } = options;
  const agreement = options.agreement ?? (urls.length >= 3 ? 2 : 1);
  if (urls.length < Math.max(1, agreement)) {
    throw new ByocError('CHAIN_URLS_TOO_FEW', { urls: urls.length, needed: Math.max(1, agreement) });
  }
  const endpoints: Endpoint[] = urls.map((url) => ({
    url,
    host: new URL(url).host,
    checked: false,
    failures: 0,
    avoidUntil: 0,
  }));
  const inOrder = () => {
    const now = clock.now();
    const isAvoided = ({ avoidUntil }: Endpoint) => (avoidUntil > now ? 1 : 0);
    return endpoints.toSorted((a, b) => isAvoided(a) - isAvoided(b));
  };
  const ask = async (endpoint: Endpoint, call: RpcCall, signal: AbortSignal | undefined) => {
    const post = (asked: RpcCall) => postRpc(endpoint.url, asked, { timeoutMs, clock, signal });
    if (!endpoint.checked) {
      const actual = Number(await post({ method: 'eth_chainId' }));
      if (actual !== chainId) throw new Error(`it is on chain ${actual}, not ${chainId}`);
      endpoint.checked = true;
    }
    const result = await post(call);
    endpoint.failures = 0;
    endpoint.avoidUntil = 0;
    return result;
  };
  const blame = (endpoint: Endpoint, reason: string) => {
    const penalty = Math.min(PENALTY_FIRST_MS * 2 ** endpoint.failures, PENALTY_MAX_MS);
    endpoint.failures += 1;
    endpoint.checked = false;
    endpoint.avoidUntil = clock.now() + penalty;
    logger.warn({ host: endpoint.host, reason, avoidMs: penalty }, 'chain url failed');
  };

  return {
    async request(call, { signal } = {}) {
      const needed = isAgreed(call) ? agreement : 1;
      const answers = new Map<string, { hosts: string[]; result?: unknown; refusal?: RpcRefusal }>();
      const faults: string[] = [];
      for (const endpoint of inOrder()) {
        signal?.throwIfAborted();
        let answer: { result?: unknown; refusal?: RpcRefusal };
        try {
          answer = { result: await ask(endpoint, call, signal) };
        } catch (error) {
          signal?.throwIfAborted();
          if (!(error instanceof RpcRefusal)) {
            const reason = error instanceof Error ? error.message : String(error);
            faults.push(`${endpoint.host}: ${reason}`);
            blame(endpoint, reason);
            continue;
          }
          answer = { refusal: error };
        }
        const key = answer.refusal?.message ?? answerKey(call, answer.result);
        const same = answers.get(key) ?? { ...answer, hosts: [] };
        same.hosts.push(endpoint.host);
        answers.set(key, same);
        if (same.hosts.length < needed) continue;
        if (same.refusal !== undefined) throw same.refusal;
        return same.result;
      }
      if (answers.size > 1) {
        const sides = [...answers.values()].map(({ hosts }) => hosts.join(' and '));
        throw new ByocError('CHAIN_ANSWERS_DIFFER', { method: call.method, hosts: sides.join(', ') });
      }
      const short = answers.size === 1 ? [`${needed} URLs have to agree, and 1 answered`] : [];
      throw new ByocError('CHAIN_UNAVAILABLE', { reason: [...short, ...faults].join('; ') });
    },
  };
}
