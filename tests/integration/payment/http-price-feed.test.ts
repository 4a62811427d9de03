import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rational } from '@byoc/core';
import { createHttpPriceFeed } from '@byoc/core/payment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const answers: Record<string, { status?: number; body: string }> = {
  '/text': { body: '{"data":{"amount":"3000.50"}}' },
  '/number': { body: '{"usdPerEth":2000}' },
  '/zero': { body: '{"usdPerEth":"0"}' },
  '/negative': { body: '{"usdPerEth":-1}' },
  '/missing': { body: '{}' },
  '/not-json': { body: '<html>' },
  '/error': { status: 500, body: '{"usdPerEth":2000}' },
  '/huge': { body: `{"usdPerEth":2000,"x":"${'x'.repeat(100_000)}"}` },
};

describe('createHttpPriceFeed', () => {
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      // `/silent` never answers.
      if (answer !== undefined) response.writeHead(answer.status ?? 200).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('reads decimal text and numbers, exactly', async () => {
    const text = await createHttpPriceFeed(`${origin}/text`, { pointer: '/data/amount' }).read();
    expect(text).toMatchObject({ weiPerUsd: rational(10n ** 20n, 300_050n), source: `${origin}/text` });
    expect((await createHttpPriceFeed(`${origin}/number`).read()).weiPerUsd).toEqual(rational(10n ** 18n, 2000n));
  });

  it.each(['/zero', '/negative', '/missing', '/not-json', '/error', '/huge'])(
    'refuses the answer of %s',
    async (path) => {
      await expect(createHttpPriceFeed(`${origin}${path}`).read()).rejects.toMatchObject({
        code: 'PRICE_FEED_UNAVAILABLE',
      });
    },
  );

  it('gives up on a silent server, and at once when its caller does', async () => {
    const feed = createHttpPriceFeed(`${origin}/silent`, { timeoutMs: 50 });
    await expect(feed.read()).rejects.toMatchObject({ code: 'PRICE_FEED_UNAVAILABLE' });
    const reason = new Error('left');
    await expect(feed.read({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('says so when nobody listens', async () => {
    await expect(createHttpPriceFeed('http://127.0.0.1:1/').read()).rejects.toMatchObject({
      code: 'PRICE_FEED_UNAVAILABLE',
    });
  });
});
