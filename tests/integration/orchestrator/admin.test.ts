import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByocError, freePriceSheet } from '@byoc/core';
import { type AdminStatus, createAdminClient, type HostedPlugin, type PluginHost } from '@byoc/core/orchestrator';
import { createLocalSigner } from '@byoc/core/payment';
import { createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import { onTestFinished as after, expect, it } from 'vitest';
import { createAdminServer } from '../../../packages/core/src/orchestrator/admin/create-admin-server.ts';
import { createBooks } from '../../../packages/core/src/orchestrator/books/create-books.ts';
import { adminSocketPath } from '../../../packages/core/src/orchestrator/data-directory/socket-paths.ts';
import { createCreditBook } from '../../../packages/core/src/orchestrator/payment/credit-book.ts';
import { createPaymentDesk } from '../../../packages/core/src/orchestrator/payment/payment-desk.ts';
import { openStore } from '../../../packages/core/src/orchestrator/store/open-store.ts';
import { systemClock } from '../../../packages/core/src/primitives/clock.ts';
import { silentLogger } from '../../../packages/core/src/primitives/logger.ts';

const status: AdminStatus = {
  address: '0x0000000000000000000000000000000000000001',
  url: 'https://127.0.0.1:1',
  httpUrl: 'https://127.0.0.1:2',
  pid: 1,
  ...{ version: '0.0.0', startedAt: '2026-01-01T00:00:00.000Z' },
  runtime: { kind: 'process', description: 'a test', sandboxed: false, transport: 'unix', notes: [] },
  ...{ plugins: [], jobs: { running: 1, queued: 2 }, payment: [{ provider: 'free' }] },
};

const pricesOf = (price: HostedPlugin['prices']['default']) => ({ default: price, capabilities: {} });
function makePlugin(pluginId: string): HostedPlugin {
  return {
    pluginId,
    manifest: { name: pluginId, version: '1.2.0' } as HostedPlugin['manifest'],
    ...{ digest: 'sha256:aa', imageDigest: '' },
    source: { type: 'folder', path: '/plugins/echo' },
    prices: pricesOf(freePriceSheet),
    environment: {},
    models: [],
    resources: {},
    phase: 'ready',
    reason: '',
    jobsDirectory: '/jobs',
    workerState: undefined,
    worker: undefined,
    ...{ restarts: 0, timeToWarmMs: 12 },
  };
}

/** A plugin host that only remembers; a test replaces what it looks at. */
function makeHost(replaced: Partial<PluginHost> = {}): PluginHost {
  const plugins = new Map([['demo/echo', makePlugin('demo/echo')]]);
  return {
    start: async () => {},
    list: () => [...plugins.values()],
    get: (pluginId) => plugins.get(pluginId),
    async install(source, { price = freePriceSheet, environment = {}, onProgress } = {}) {
      onProgress?.({ stage: 'build', message: 'step 1', fraction: 0.5 });
      onProgress?.({ stage: 'start', message: 'starting' });
      return { ...makePlugin('new'), source, prices: pricesOf(price), environment };
    },
    async remove(pluginId) {
      plugins.delete(pluginId);
    },
    startPlugin: async (pluginId) => makePlugin(pluginId),
    setPrice: (pluginId, { price = freePriceSheet }) => ({ ...makePlugin(pluginId), prices: pricesOf(price) }),
    logs: async (_pluginId, { tail }) => ['one', 'two', 'three'].slice(-tail),
    async *followLogs() {
      yield 'four';
    },
    on: () => () => {},
    close: async () => {},
    ...replaced,
  };
}

async function serve(
  options: { host?: PluginHost; stop?: (graceMs: number) => void; status?: () => AdminStatus } = {},
) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'byoc-admin-'));
  const socketPath = adminSocketPath(dataDirectory);
  const store = openStore(dataDirectory);
  const desk = createPaymentDesk({
    ...{ providers: [createCreditOrchestratorProvider()], database: store.database, clock: systemClock },
    ...{ signer: createLocalSigner(new Uint8Array(32).fill(7)), logger: silentLogger },
  });
  const server = await createAdminServer({
    socketPath,
    host: options.host ?? makeHost(),
    status: options.status ?? (() => status),
    ...{ credit: createCreditBook(desk), books: createBooks(store.database, desk.books) },
    listJobs: () => [{ jobId: 'job_1', capability: 'demo/echo@1.0.0', plugin: 'demo/echo', state: 'running' }],
    stop: options.stop ?? (() => {}),
    logger: silentLogger,
  });
  after(async () => {
    await server.close();
    store.close();
    rmSync(dataDirectory, { recursive: true });
  });
  return { server, socketPath, dataDirectory, client: createAdminClient({ dataDirectory }) };
}

const collect = async (lines: AsyncIterable<string>) => {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
};

it('grants credit once for each name, takes back what is free, and sets prices', async () => {
  const { client } = await serve({});
  const payer = `0x${'aA'.repeat(20)}`;
  const grant = { action: 'grant', payer, amountWei: String(2n ** 70n), id: 'invoice-1' } as const;
  await client.changeCredit(grant);
  expect(await client.changeCredit(grant)).toMatchObject({ availableWei: grant.amountWei, payer: payer.toLowerCase() });
  const refused = { code: 'CREDIT_CHANGE_REFUSED' };
  await expect(client.changeCredit({ ...grant, amountWei: '5' })).rejects.toMatchObject(refused);
  const revoke = { ...grant, action: 'revoke', id: 'back' } as const;
  await expect(client.changeCredit({ ...revoke, amountWei: String(2n ** 71n) })).rejects.toMatchObject(refused);
  await client.changeCredit(revoke);
  expect(await client.listCredit()).toMatchObject([{ availableWei: '0', creditedWei: '0', heldWei: '0' }]);
  await expect(client.changeCredit({ ...grant, payer: 'me' })).rejects.toMatchObject({ code: 'ADMIN_REQUEST_INVALID' });
  const price = { list: '$1' };
  expect(await client.setPrice('demo/echo', { price })).toMatchObject({ prices: { default: price } });
});

it('shows the orchestrator, its jobs and its plugins, to its user alone', async () => {
  const { client, socketPath } = await serve();
  expect(await client.status()).toEqual(status);
  expect(await client.listJobs()).toHaveLength(1);
  expect(await client.listPlugins()).toMatchObject([{ pluginId: 'demo/echo', version: '1.2.0', timeToWarmMs: 12 }]);
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
});

it('looks after a plugin whose name has a scope', async () => {
  const { client } = await serve();
  expect(await client.inspectPlugin('demo/echo')).toMatchObject({ pluginId: 'demo/echo', phase: 'ready' });
  expect(await client.startPlugin('demo/echo')).toMatchObject({ pluginId: 'demo/echo' });
  await client.removePlugin('demo/echo', { graceMs: 0 });
  await expect(client.inspectPlugin('demo/echo')).rejects.toMatchObject({
    code: 'PLUGIN_NOT_FOUND',
    facts: { plugin: 'demo/echo', installed: [] },
  });
});

it('tells the progress of an install, then the plugin', async () => {
  const { client } = await serve();
  const stages: string[] = [];
  const price = { baseWei: '5', meters: { pixels: { amountWei: '3', per: '1000' } } };
  const source = { type: 'image', reference: 'example/new:1' } as const;
  const environment = { DEMO_LIMIT: '7' };
  const plugin = await client.installPlugin(source, {
    ...{ price, environment },
    onProgress: ({ stage }) => stages.push(stage),
  });
  expect(stages).toEqual(['build', 'start']);
  expect(plugin).toMatchObject({ pluginId: 'new', source, prices: pricesOf(price), environment });
});

it('throws the error of the orchestrator, with its code and facts', async () => {
  const thrown = new ByocError('DISK_FULL', { path: '/data' });
  const { client } = await serve({ host: makeHost({ install: () => Promise.reject(thrown) }) });
  const error = await client.installPlugin({ type: 'folder', path: '/p' }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ByocError);
  expect((error as ByocError).toJSON()).toEqual(thrown.toJSON());
});

it('hides what an unexpected error says', async () => {
  const { client } = await serve({ host: makeHost({ startPlugin: () => Promise.reject(new Error('a secret')) }) });
  const error = await client.startPlugin('demo/echo').catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'INTERNAL_ERROR' });
  expect(String(error)).not.toContain('a secret');
});

it('cancels an install when its client goes away', async () => {
  const caller = new AbortController();
  const cancelled = Promise.withResolvers<unknown>();
  const install: PluginHost['install'] = (_source, { signal, onProgress } = {}) => {
    onProgress?.({ stage: 'build', message: 'begun' });
    return new Promise((_plugin, reject) => {
      signal?.addEventListener('abort', () => {
        cancelled.resolve(signal.reason);
        reject(signal.reason);
      });
    });
  };
  const { client } = await serve({ host: makeHost({ install }) });
  const reason = new Error('the user changed their mind');
  const installing = client.installPlugin(
    { type: 'folder', path: '/p' },
    { signal: caller.signal, onProgress: () => caller.abort(reason) },
  );
  await expect(installing).rejects.toBe(reason);
  expect(await cancelled.promise).toMatchObject({ code: 'CALLER_GONE' });
});

it('prints the last lines of a log, then those that come', async () => {
  const { client } = await serve();
  expect(await collect(client.pluginLogs('demo/echo', { tail: 2 }))).toEqual(['two', 'three']);
  expect(await collect(client.pluginLogs('demo/echo', { tail: 1, follow: true }))).toEqual(['three', 'four']);
  await expect(collect(client.pluginLogs('none', { tail: 1 }))).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
});

it('keeps lines whole, whatever they hold and however long they are', async () => {
  const lines = ['', 'tab\tquote"\\', 'line\u2028separator\r', '雪'.repeat(100_000)];
  const { client } = await serve({ host: makeHost({ logs: async () => lines }) });
  expect(await collect(client.pluginLogs('demo/echo', { tail: 4 }))).toEqual(lines);
});

it('stops to follow a log when its client goes away', async () => {
  const caller = new AbortController();
  const ended = Promise.withResolvers<void>();
  async function* followLogs(_pluginId: string, { signal }: { signal: AbortSignal }) {
    yield 'four';
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    ended.resolve();
  }
  const { client } = await serve({ host: makeHost({ followLogs }) });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const line of client.pluginLogs('demo/echo', { tail: 0, follow: true, signal: caller.signal })) {
      seen.push(line);
      if (line === 'four') caller.abort(new Error('enough'));
    }
  })();
  await expect(reading).rejects.toThrow('enough');
  await ended.promise;
  expect(seen.at(-1)).toBe('four');
});

it('pulls a log no faster than its reader', async () => {
  let made = 0;
  const line = 'x'.repeat(64 * 1024);
  async function* followLogs() {
    for (; made < 4000; made += 1) yield line;
  }
  const { client } = await serve({ host: makeHost({ followLogs, logs: async () => [] }) });
  for await (const _line of client.pluginLogs('demo/echo', { tail: 0, follow: true })) break;
  expect(made).toBeLessThan(1000);
});

it('says which request it cannot read', async () => {
  const { client, socketPath } = await serve();
  const bad = { type: 'folder', path: '' } as const;
  await expect(client.installPlugin(bad)).rejects.toMatchObject({ code: 'ADMIN_REQUEST_INVALID' });
  await expect(client.removePlugin('demo/echo', { graceMs: -1 })).rejects.toMatchObject({
    code: 'ADMIN_REQUEST_INVALID',
  });
  const unknown = await new Promise<number | undefined>((resolve) =>
    request({ socketPath, path: '/v9/none', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end(),
  );
  expect(unknown).toBe(404);
});

it('resolves a stop only when the orchestrator has closed', async () => {
  const asked = Promise.withResolvers<number>();
  let closed = false;
  const seenOpen = Promise.withResolvers<void>();
  let polls = 0;
  const served = await serve({
    stop: (graceMs) => asked.resolve(graceMs),
    status: () => {
      polls += 1;
      if (polls === 2) seenOpen.resolve();
      return status;
    },
  });
  const stopping = served.client.stop({ graceMs: 1234 }).then(() => closed);
  expect(await asked.promise).toBe(1234);
  await seenOpen.promise;
  closed = true;
  await served.server.close();
  expect(await stopping).toBe(true);
});

it('says that none is running when the socket is absent or nobody listens', async () => {
  const { server, client, dataDirectory } = await serve();
  await server.close();
  await expect(client.status()).rejects.toMatchObject({
    code: 'ORCHESTRATOR_NOT_RUNNING',
    facts: { path: dataDirectory },
  });
  const installing = client.installPlugin({ type: 'folder', path: '/p' });
  await expect(installing).rejects.toMatchObject({ code: 'ORCHESTRATOR_NOT_RUNNING' });
});

it('says that none is running when it ends in the middle of an answer', async () => {
  async function* followLogs(_pluginId: string, { signal }: { signal: AbortSignal }) {
    yield 'four';
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  }
  const { client, server } = await serve({ host: makeHost({ followLogs }) });
  const reading = (async () => {
    for await (const line of client.pluginLogs('demo/echo', { tail: 0, follow: true }))
      if (line === 'four') void server.close();
  })();
  await expect(reading).rejects.toMatchObject({ code: 'ORCHESTRATOR_NOT_RUNNING' });
});
