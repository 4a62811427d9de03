import type { RpcCall } from './rpc-pool.ts';

/** Calls that tell of money: state and logs of a given block, and receipts. The newest block differs from node to node. */
const AGREED = new Set(['eth_call', 'eth_getLogs', 'eth_getTransactionReceipt']);

/** Whether several URLs have to say the same. */
export function isAgreed({ method, params }: RpcCall): boolean {
  if (method === 'eth_getBlockByNumber') return typeof params?.[0] === 'string' && params[0].startsWith('0x');
  return AGREED.has(method);
}

/** What has to be the same in two answers to one call. Nodes differ in fields that nobody reads. */
export function answerKey({ method }: RpcCall, result: unknown): string {
  if (result === null || typeof result !== 'object') return String(result);
  if (method === 'eth_getBlockByNumber') return String((result as { hash?: unknown }).hash);
  if (method === 'eth_getLogs') return JSON.stringify((result as Log[]).map(logKey));
  if (method === 'eth_getTransactionReceipt') {
    const { blockHash, logs } = result as { blockHash: string; logs: Log[] };
    return JSON.stringify([blockHash, logs.map(logKey)]);
  }
  return JSON.stringify(result);
}

interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockHash: string;
}

function logKey({ address, topics, data, blockHash }: Log): unknown {
  return [address.toLowerCase(), topics, data, blockHash];
}
