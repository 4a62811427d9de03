import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUriFetcher } from '../../../packages/core/src/orchestrator/jobs/fetch-uri.ts';

const root = mkdtempSync(join(tmpdir(), 'byoc-fetch-'));
const server = createServer((request, response) => {
  if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
  else if (request.url === '/missing') response.writeHead(404).end();
  else if (request.url === '/to-file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  else if (request.url === '/silent') response.writeHead(200).write('a');
  else if (request.url === '/once') response.writeHead(302, { location: '/ok' }).end();
  else response.writeHead(200, { 'content-type': 'text/plain' }).end('hello');
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
});

async function fetchOne(
  uri: string,
  options: { allowPrivateAddresses: boolean; limitBytes?: number; timeoutMs?: number; file?: string },
) {
  const { timeoutMs = 5000, limitBytes = 100, allowPrivateAddresses } = options;
  const fetcher = createUriFetcher({ timeoutMs, allowPrivateAddresses });
  const file = join(root, options.file ?? `f${Math.random()}`);
  try {
    return await fetcher.fetch(uri, { file, limitBytes, signal: new AbortController().signal });
  } finally {
    await fetcher.close();
  }
}

it('writes what an address answers, after a redirect too', async () => {
  const fetched = await fetchOne(`http://127.0.0.1:${port}/once`, { allowPrivateAddresses: true, file: 'ok' });
  expect(fetched).toEqual({ sizeBytes: 5, mediaType: 'text/plain' });
  expect(readFileSync(join(root, 'ok'), 'utf8')).toBe('hello');
});

it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0.0.0.0'])(
  'refuses %s',
  async (host) => {
    await expect(
      fetchOne(`http://${host}:${port}/`, { allowPrivateAddresses: false, file: 'refused' }),
    ).rejects.toMatchObject({ code: 'URI_ADDRESS_REFUSED' });
    expect(existsSync(join(root, 'refused'))).toBe(false);
  },
);

it.each([
  ['/loop', 'URI_FETCH_FAILED'],
  ['/missing', 'URI_FETCH_FAILED'],
  ['/to-file', 'URI_INVALID'],
])('fails on %s with %s', async (path, code) => {
  await expect(fetchOne(`http://127.0.0.1:${port}${path}`, { allowPrivateAddresses: true })).rejects.toMatchObject({
    code,
  });
});

it('refuses what is too large, too slow, or no web address', async () => {
  const local = { allowPrivateAddresses: true };
  const uri = `http://127.0.0.1:${port}`;
  await expect(fetchOne(`${uri}/`, { ...local, limitBytes: 4 })).rejects.toMatchObject({ code: 'URI_TOO_LARGE' });
  await expect(fetchOne(`${uri}/silent`, { ...local, timeoutMs: 50 })).rejects.toMatchObject({ code: 'URI_TIMEOUT' });
  await expect(fetchOne('ftp://example.com/x', local)).rejects.toMatchObject({ code: 'URI_INVALID' });
  await expect(fetchOne('http://a:b@example.com/x', local)).rejects.toMatchObject({ code: 'URI_INVALID' });
});
