import type { Clock } from '../../../primitives/clock.ts';
import type { RpcCall } from './rpc-pool.ts';
import { RpcRefusal } from './rpc-refusal.ts';

/** Far above any answer that is asked for here. */
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;

/** Errors that say something of the node and not of the call: another one may answer. */
const NODE_AT_FAULT =
  /header not found|unknown block|block not found|missing trie node|out ?of ?range|rate limit|too many requests/i;

/** Calls one URL. Throws RpcRefusal for what the chain refuses, and any other error for what is wrong with the URL. */
export async function postRpc(
  url: string,
  { method, params = [] }: RpcCall,
  { timeoutMs, clock, signal }: { timeoutMs: number; clock: Clock; signal: AbortSignal | undefined },
): Promise<unknown> {
  const ended = new AbortController();
  const silent = new AbortController();
  const stop = AbortSignal.any([silent.signal, ...(signal === undefined ? [] : [signal])]);
  const timer = clock.sleep(timeoutMs, { signal: ended.signal, unref: true }).then(
    () => silent.abort(new Error(`it was silent for ${timeoutMs} ms`)),
    () => {},
  );
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: stop,
      redirect: 'error',
    });
    const text = await readText(response);
    if (response.status === 429 || response.status >= 500) throw new Error(`it answers HTTP ${response.status}`);
    return readAnswer(text, response.status);
  } catch (error) {
    if (stop.aborted) throw stop.reason;
    throw error instanceof TypeError ? new Error(networkReason(error)) : error;
  } finally {
    ended.abort();
    await timer;
  }
}

function readAnswer(text: string, status: number): unknown {
  const answer = parseJson(text);
  if (answer === undefined) throw new Error(`it answers HTTP ${status} and no JSON-RPC`);
  const { error } = answer;
  if (error === undefined) {
    if (!('result' in answer)) throw new Error('it answers without a result');
    return answer.result;
  }
  const message = String(error.message ?? 'no reason');
  const code = Number(error.code ?? 0);
  // -32601 unknown method, -32005 limit, -32603 internal: as JSON-RPC and EIP-1474 have them.
  if ([-32601, -32005].includes(code) || NODE_AT_FAULT.test(message)) throw new Error(`it answers: ${message}`);
  throw new RpcRefusal(message, code);
}

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown };
}

function parseJson(text: string): RpcAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_MAX_BYTES) throw new Error(`its answer is over ${ANSWER_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch failed` says nothing; what is under it does. */
function networkReason(error: TypeError): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? error.message;
}
