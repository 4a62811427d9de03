import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How an RPC URL behaves: as the chain does, breaks connections, never answers, or says that everybody has deposited 100 ETH. */
export type RpcMood = 'true' | 'dead' | 'stalled' | 'liar';

/** An RPC URL in front of a chain. */
export interface UnrulyRpc extends AsyncDisposable {
  readonly url: string;
  mood: RpcMood;
}

/** `getSenderInfo(address)` of TicketBroker. */
const SENDER_INFO = '0xe1a589da';

/** Starts it. Calls that hang are let go when it is closed. */
export async function startUnrulyRpc(target: string): Promise<UnrulyRpc> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (rpc.mood === 'dead') return request.destroy();
    if (rpc.mood === 'stalled') return;
    const lies = rpc.mood === 'liar' && body.includes(SENDER_INFO);
    const answer = lies ? lie() : await (await fetch(target, { method: 'POST', body, headers })).text();
    response.setHeader('content-type', 'application/json').end(answer);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const rpc: UnrulyRpc = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'true',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return rpc;
}

const headers = { 'content-type': 'application/json' };

function lie(): string {
  const word = (value: bigint) => value.toString(16).padStart(64, '0');
  const ether = 10n ** 20n;
  // deposit, withdrawRound, reserve, claimed in this round
  return JSON.stringify({ jsonrpc: '2.0', id: 1, result: `0x${[ether, 0n, ether, 0n].map(word).join('')}` });
}
