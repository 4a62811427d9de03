import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ByocError } from '../../errors/byoc-error.ts';
import { findAnvil } from './find-anvil.ts';

/** A chain in a child process, on a free port of 127.0.0.1. */
export interface Anvil extends AsyncDisposable {
  readonly url: string;
  /** Calls a JSON-RPC method. Throws what the chain answers as an error. */
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
}

/**
 * Starts anvil: a block for each transaction, ten accounts that it signs for.
 *
 * @throws ByocError LOCAL_CHAIN_UNAVAILABLE when it is not installed or does not start
 */
export async function startAnvil(args: readonly string[] = []): Promise<Anvil> {
  const child = spawn(findAnvil(), ['--port', '0', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit').then(
    ([code]) => `it ended with code ${code}`,
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? 'anvil is not installed' : error.message),
  );
  const port = await Promise.race([listeningPort(child.stdout), ended]);
  if (typeof port === 'string') throw new ByocError('LOCAL_CHAIN_UNAVAILABLE', { reason: port });
  child.stdout.resume();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async request(method, params = []) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
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

async function listeningPort(output: NodeJS.ReadableStream): Promise<number | string> {
  for await (const line of createInterface({ input: output })) {
    const port = /^Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  // The process is about to say why.
  return new Promise(() => {});
}
