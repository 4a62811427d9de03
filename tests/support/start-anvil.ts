import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { anvilBinary } from './anvil-binary.ts';

/** A chain of one test file, on a free port. */
export interface Anvil extends AsyncDisposable {
  readonly url: string;
  /** Calls a JSON-RPC method. Throws what the chain answers as an error. */
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
}

/** Starts a chain that mines a block for each transaction. */
export async function startAnvil(args: readonly string[] = []): Promise<Anvil> {
  const child = spawn(anvilBinary(), ['--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    url = `http://127.0.0.1:${port}`;
    break;
  }
  child.stdout.resume();
  if (url === undefined) throw new Error(`anvil ended with code ${(await ended)[0]}`);
  const address = url;
  return {
    url: address,
    async request(method, params = []) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const response = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
      if (answer.error !== undefined) throw new Error(answer.error.message);
      return answer.result;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
