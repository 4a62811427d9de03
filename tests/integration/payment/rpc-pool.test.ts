import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localNetwork, openLivepeerChain } from '@byoc/core/payment/livepeer';
import { createManualClock } from '@byoc/core/testing';
import { afterEach, describe, expect, it } from 'vitest';

type Answer = (method: string, params: unknown[], response: ServerResponse) => unknown;

const network = {
  ...localNetwork,
  contracts: {
    ticketBroker: `0x${'a'.repeat(40)}`,
    roundsManager: `0x${'b'.repeat(40)}`,
    bondingManager: `0x${'c'.repeat(40)}`,
  },
} as const;
const silent = Symbol('silent');
const gone = Symbol('gone');

/** Says what every node says, and for the rest what it is told. */
function node(rest: Answer): Answer {
  return (method, params, response) => (method === 'eth_chainId' ? '0x7a69' : rest(method, params, response));
}

describe('an RPC pool', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });
  async function serve(answer: Answer): Promise<{ url: string; calls: string[] }> {
    const calls: string[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown[] };
      calls.push(method);
      const result = answer(method, params, response);
      if (result === silent) return;
      if (result === gone) return response.destroy();
      if (!response.writableEnded) response.end(JSON.stringify({ jsonrpc: '2.0', id, ...asAnswer(result) }));
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/key-of-the-operator`, calls };
  }
  const asAnswer = (result: unknown) =>
    result instanceof Error ? { error: { code: 3, message: result.message } } : { result };
  const honest = node((method) => (method === 'eth_gasPrice' ? '0x7' : word(5n)));
  const open = (urls: string[], options = {}) => openLivepeerChain({ network, urls, ...options });

  it.each([
    ['dies', gone, /closed|socket|RESET/i],
    ['answers rubbish', '<html>', /./],
    ['is on another chain', 'chain', /it is on chain 1, not 31337/],
    ['answers with an error of its own', 'http', /HTTP 503/],
  ])('goes on with the next URL when one %s, and leaves that one alone for a while', async (_, fault, reason) => {
    const bad = await serve((method, __, response) => {
      if (fault === gone) return gone;
      if (fault === 'http') return response.writeHead(503).end('no');
      if (fault === '<html>') return response.end('<html>');
      return method === 'eth_chainId' ? '0x1' : '0x9';
    });
    const good = await serve(honest);
    const clock = createManualClock();
    const chain = await open([bad.url, good.url], { clock });
    expect(await chain.gasPriceWei()).toBe(7n);
    const asked = bad.calls.length;
    expect(await chain.gasPriceWei()).toBe(7n);
    expect(bad.calls).toHaveLength(asked);
    await clock.advance(1_000);
    expect(await chain.gasPriceWei()).toBe(7n);
    expect(bad.calls).toHaveLength(asked + 1);
    const alone = await open([bad.url], { clock });
    const failed = await alone.gasPriceWei().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'CHAIN_UNAVAILABLE', facts: { reason: expect.stringMatching(reason) } });
    expect(String(failed)).not.toContain('key-of-the-operator');
  });

  it('gives up on a silent URL when its time is over, by the clock it was given', async () => {
    let asked = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const stalled = await serve(() => {
      asked();
      return silent;
    });
    const good = await serve(honest);
    const clock = createManualClock();
    const chain = await open([stalled.url, good.url], { clock, timeoutMs: 3_000 });
    const price = chain.gasPriceWei();
    await wasAsked;
    await clock.advance(3_000);
    expect(await price).toBe(7n);
  });

  it('stops when its caller does', async () => {
    const stalled = await serve(() => silent);
    const chain = await open([stalled.url], { clock: createManualClock() });
    const reason = new Error('left');
    const leave = new AbortController();
    const asked = chain.rpc.request({ method: 'eth_gasPrice' }, { signal: leave.signal });
    leave.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  it('does not believe one of three that lies about money', async () => {
    const liar = await serve(node(() => word(10n ** 30n)));
    const chain = await open([liar.url, (await serve(honest)).url, (await serve(honest)).url]);
    expect(await chain.unlockPeriodRounds(at)).toBe(5n);
  });

  it('believes nobody when two of two that have to agree differ, or only one answers', async () => {
    const liar = await serve(node(() => word(10n ** 30n)));
    const good = await serve(honest);
    const chain = await open([liar.url, good.url], { agreement: 2 });
    await expect(chain.unlockPeriodRounds(at)).rejects.toMatchObject({ code: 'CHAIN_ANSWERS_DIFFER' });
    const dead = await serve(() => gone);
    const half = await open([dead.url, good.url], { agreement: 2 });
    await expect(half.unlockPeriodRounds(at)).rejects.toMatchObject({
      code: 'CHAIN_UNAVAILABLE',
      facts: { reason: expect.stringContaining('2 URLs have to agree, and 1 answered') },
    });
  });

  it('passes on what the chain refuses, and asks nobody else', async () => {
    const first = await serve(node(() => new Error('execution reverted: not yours')));
    const second = await serve(honest);
    const chain = await open([first.url, second.url]);
    await expect(chain.rpc.request({ method: 'eth_estimateGas' })).rejects.toMatchObject({ reason: 'not yours' });
    expect(second.calls).toEqual([]);
  });

  it('needs a URL, and as many as have to agree', async () => {
    await expect(open([])).rejects.toMatchObject({ code: 'CHAIN_URLS_TOO_FEW' });
    await expect(open(['http://127.0.0.1:1'], { agreement: 2 })).rejects.toMatchObject({ code: 'CHAIN_URLS_TOO_FEW' });
  });
});

const at = { blockNumber: 1n, blockHash: '0x', parentHash: '0x', l1Block: 1n, baseFeeWei: 0n } as const;

function word(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`;
}
