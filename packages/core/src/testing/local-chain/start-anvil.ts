import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ByocError } from '../../errors/byoc-error.ts';
import { findAnvil } from './find-anvil.ts';
import { requestAnvil } from './request-anvil.ts';

/** A chain in a child process, on a port of 127.0.0.1. */
export interface Anvil extends AsyncDisposable {
  readonly url: string;
  /** Calls a JSON-RPC method. Throws what the chain answers as an error. */
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
}

/** How anvil is started. */
export interface AnvilOptions {
  /** @default any free one */
  readonly port?: number | undefined;
  /** More arguments of anvil. */
  readonly args?: readonly string[] | undefined;
}

/**
 * Starts anvil: a block for each transaction, ten accounts that it signs for.
 *
 * @throws ByocError LOCAL_CHAIN_UNAVAILABLE when it is not installed or does not start
 */
export async function startAnvil({ port = 0, args = [] }: AnvilOptions = {}): Promise<Anvil> {
  const child = spawn(findAnvil(), ['--port', String(port), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-1000);
  });
  const ended = once(child, 'exit').then(
    ([code]) => `anvil ended with code ${code}${complaint === '' ? '' : `: ${complaint.trim()}`}`,
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? 'anvil is not installed' : error.message),
  );
  const listening = await Promise.race([listeningPort(child.stdout), ended]);
  if (typeof listening === 'string') throw new ByocError('LOCAL_CHAIN_UNAVAILABLE', { reason: listening });
  child.stdout.resume();
  const url = `http://127.0.0.1:${listening}`;
  return {
    url,
    request: (method, params = []) => requestAnvil(url, method, params),
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
