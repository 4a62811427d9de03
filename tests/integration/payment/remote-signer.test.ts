import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRemoteSigner, createLocalSigner, createPrivateKey, type SigningRequest } from '@byoc/core/payment';
import {
  loadCryptoEngine,
  type SignerServiceOptions,
  type SigningPolicy,
  serveSigner,
} from '@byoc/core/payment/livepeer';
import { createTlsCertificate, identityStatement } from '@byoc/core/protocol';
import { createManualClock } from '@byoc/core/testing';
import fc from 'fast-check';
import { serializeTransaction, toBytes, toHex } from 'viem';
import { afterAll, afterEach, expect, it } from 'vitest';
import { signBodySchema } from '../../../packages/core/src/payment/keys/remote/signer-wire.ts';
import { packTicket } from '../../../packages/core/src/payment/livepeer/ticket/pack-ticket.ts';
import { params } from '../../fixtures/tickets/vectors.ts';

const token = 'a token of this test';
const broker = '0xa8bB618B1520E284046F3dFc448851A1Ff26e41B';
const engine = await loadCryptoEngine();
const local = createLocalSigner(createPrivateKey(), { engine });
const sender = toBytes(local.address as `0x${string}`);
const directory = mkdtempSync(join(tmpdir(), 'byoc-signer-'));
const statePath = join(directory, 'signed.json');
afterAll(() => rmSync(directory, { recursive: true }));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(statePath, { force: true });
});

const everything: SigningPolicy = {
  ticketsWeiPerDay: 10n ** 18n,
  transactions: { chainId: 42161, contracts: [{ address: broker }], weiPerDay: 2n ** 200n },
};
async function serve(options: Partial<SignerServiceOptions> = {}) {
  const service = await serveSigner(local, { policy: everything, token, statePath, port: 0, ...options });
  closers.push(() => service.close());
  return service;
}
async function connect(url: string, options: object = {}) {
  const signer = await connectRemoteSigner(url, { token, engine, ...options });
  closers.push(() => signer.close());
  return signer;
}
const ticket = (senderNonce: number, fields: object = {}): SigningRequest => ({
  kind: 'ticket',
  ticket: packTicket({ ...params, sender, senderNonce, ...fields }),
});

it('signs what the key itself would sign, byte for byte', async () => {
  const remote = await connect((await serve()).url);
  expect(remote.address).toBe(local.address);
  const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
  const anyTicket = fc
    .record({ senderNonce: fc.nat(2 ** 32 - 1), seed: fc.constant(0) })
    .map(({ senderNonce }) => ticket(senderNonce));
  const identity = fc
    .stringMatching(/^[0-9a-f]{64}$/)
    .map((hash): SigningRequest => ({ kind: 'message', message: identityStatement(local.address, hash) }));
  const types = {
    Receipt: [
      { name: 'text', type: 'string' },
      { name: 'wei', type: 'uint256' },
      { name: 'meters', type: 'Meter[]' },
    ],
    Meter: [{ name: 'units', type: 'uint256' }],
  };
  const receipt = fc
    .record({ text: fc.string({ unit: 'grapheme' }), wei: word, meters: fc.array(fc.record({ units: word })) })
    .map(
      (message): SigningRequest => ({
        kind: 'typed-data',
        data: {
          domain: { name: 'BYOC receipt', version: '1', chainId: 42161n },
          types,
          primaryType: 'Receipt',
          message,
        },
      }),
    );
  const transaction = fc
    .record({ nonce: fc.nat(), value: fc.bigInt({ min: 0n, max: 2n ** 70n }), data: fc.uint8Array({ maxLength: 80 }) })
    .map(
      ({ data, ...fields }): SigningRequest => ({
        kind: 'transaction',
        transaction: toBytes(
          serializeTransaction({ type: 'eip1559', chainId: 42161, to: broker, data: toHex(data), ...fields }),
        ),
      }),
    );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(anyTicket, identity, receipt, transaction), { minLength: 1, maxLength: 4 }),
      async (requests) => {
        expect(await remote.signAll(requests)).toEqual(await local.signAll(requests));
      },
    ),
    { numRuns: 30 },
  );
});

it('signs more tickets than one call holds', async () => {
  const remote = await connect((await serve()).url);
  const requests = Array.from({ length: 601 }, (_, index) => ticket(index));
  expect(await remote.signAll(requests)).toEqual(await local.signAll(requests));
});

it('signs over TLS for whoever knows its certificate', async () => {
  const { certificatePem, privateKeyPem } = await createTlsCertificate();
  const { url } = await serve({ tls: { cert: certificatePem, key: privateKeyPem } });
  expect(url).toMatch(/^https:/);
  const remote = await connect(url, { ca: certificatePem });
  expect(await remote.sign(ticket(1))).toEqual(await local.sign(ticket(1)));
  for (const ca of [undefined, (await createTlsCertificate()).certificatePem]) {
    await expect(connect(url, { ca })).rejects.toMatchObject({ code: 'SIGNER_UNREACHABLE' });
  }
});

it('tells refused from unreachable', async () => {
  const service = await serve({ policy: {} });
  const remote = await connect(service.url);
  await expect(remote.sign(ticket(1))).rejects.toMatchObject({
    code: 'SIGNER_REFUSED',
    facts: { reason: 'it signs no tickets' },
  });
  await expect(connect(service.url, { token: 'another token of mine' })).rejects.toMatchObject({
    code: 'SIGNER_TOKEN_REFUSED',
  });
  await service.close();
  await expect(remote.sign(ticket(1))).rejects.toMatchObject({ code: 'SIGNER_UNREACHABLE' });
  remote.close();
  await expect(remote.sign(ticket(1))).rejects.toMatchObject({ code: 'SIGNER_UNREACHABLE' });
});

it('goes on over a new connection after the signer was started again', async () => {
  const service = await serve();
  const remote = await connect(service.url);
  await remote.sign(ticket(1));
  await service.close();
  await serve({ port: Number(new URL(service.url).port) });
  expect(await remote.sign(ticket(2))).toEqual(await local.sign(ticket(2)));
});

it('keeps to the limit of a day over a restart, and over a clock that is set back', async () => {
  const clock = createManualClock({ startMs: Date.UTC(2026, 0, 2, 12) });
  const policy = { ticketsWeiPerDay: 8_000_000_000n * 2n + 2n };
  const options = { policy, clock };
  const first = await serve(options);
  const remote = await connect(first.url);
  await remote.signAll([ticket(1), ticket(2)]);
  await expect(remote.sign(ticket(3))).rejects.toMatchObject({ code: 'SIGNER_REFUSED' });
  await first.close();
  expect(statSync(statePath).mode & 0o777).toBe(0o600);
  const again = await connect((await serve(options)).url);
  await expect(again.sign(ticket(3))).rejects.toMatchObject({ code: 'SIGNER_REFUSED' });
  const yesterday = await connect(
    (await serve({ policy, clock: createManualClock({ startMs: Date.UTC(2026, 0, 1) }) })).url,
  );
  await expect(yesterday.sign(ticket(3))).rejects.toMatchObject({ code: 'SIGNER_REFUSED' });
  const tomorrow = await connect(
    (await serve({ policy, clock: createManualClock({ startMs: Date.UTC(2026, 0, 3) }) })).url,
  );
  expect(await tomorrow.sign(ticket(3))).toHaveLength(65);
});

it('lets two callers at once not pass the limit together', async () => {
  const remote = await connect((await serve({ policy: { ticketsWeiPerDay: 8_000_000_001n } })).url);
  const ends = await Promise.allSettled([remote.sign(ticket(1)), remote.sign(ticket(2)), remote.sign(ticket(3))]);
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('signs nothing while it can not write down what it signed, and does not start on what it can not read', async () => {
  writeFileSync(statePath, '{"day":');
  await expect(serve()).rejects.toMatchObject({ code: 'SIGNER_STATE_UNREADABLE' });
  const folder = join(directory, 'gone');
  const remote = await connect((await serve({ statePath: join(folder, 'signed.json') })).url);
  await expect(remote.sign(ticket(1))).rejects.toMatchObject({ code: 'SIGNER_UNREACHABLE' });
  expect(
    await remote.sign({ kind: 'message', message: identityStatement(local.address, 'ab'.repeat(32)) }),
  ).toHaveLength(65);
});

it.each([
  ['no JSON', '{', 400],
  ['nothing to sign', '{"requests":[]}', 400],
  ['another kind', '{"requests":[{"kind":"hash","hash":"0x00"}]}', 400],
  ['odd hex', '{"requests":[{"kind":"ticket","ticket":"0x0"}]}', 400],
  [
    'typed data that does not fit',
    JSON.stringify({
      requests: [
        {
          kind: 'typed-data',
          data: {
            domain: { name: 'BYOC receipt' },
            types: { T: [{ name: 'a', type: 'uint8' }] },
            primaryType: 'T',
            message: { a: '256' },
          },
        },
      ],
    }),
    400,
  ],
  [
    'numbers in typed data',
    JSON.stringify({
      requests: [{ kind: 'typed-data', data: { domain: {}, types: {}, primaryType: 'T', message: { a: 1 } } }],
    }),
    400,
  ],
  ['more than a megabyte', ' '.repeat(1024 * 1024 + 1), 413],
])('refuses %s with a reason', async (_, body, status) => {
  const { url } = await serve();
  const response = await fetch(`${url}/v1/sign`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body,
  });
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: { reason: expect.any(String) } });
});

it('answers nobody without the token, and knows no other place', async () => {
  const { url } = await serve();
  for (const authorization of ['', 'Bearer', `Bearer ${token}x`, token]) {
    expect((await fetch(`${url}/v1/signer`, { headers: { authorization } })).status).toBe(401);
  }
  expect((await fetch(`${url}/v1/key`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(404);
});

it.each([
  ['another key', () => createLocalSigner(createPrivateKey()).signAll, 'a signature is not by'],
  ['no signatures', () => async () => [], 'a signature is not by'],
  ['short signatures', () => async () => [new Uint8Array(64)], 'a signature is not by'],
  ['no JSON', undefined, 'does not follow the protocol'],
])('believes no signer that answers with %s', async (_, signAll, reason) => {
  const server = createServer((request, response) => {
    if (request.method === 'GET')
      return response.end(JSON.stringify({ protocol: 'byoc.signer.v1', address: local.address }));
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', async () => {
      if (signAll === undefined) return response.end('hello');
      const signatures = await signAll()(signBodySchema.parse(JSON.parse(text)).requests as SigningRequest[]);
      response.end(JSON.stringify({ signatures: signatures.map((signature) => toHex(signature)) }));
    });
    return response;
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => server.close());
  const remote = await connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await expect(remote.sign(ticket(1))).rejects.toMatchObject({
    code: 'SIGNER_ANSWER_INVALID',
    facts: { reason: expect.stringContaining(reason) },
  });
});

it('waits for a silent signer only so long, and not at all once it is told to stop', async () => {
  const server = createServer(() => {});
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(connect(url, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'SIGNER_UNREACHABLE',
    facts: { reason: 'no answer in 20 ms' },
  });
  const remote = await connect((await serve()).url);
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  await expect(remote.sign(ticket(1), { signal: stop.signal })).rejects.toThrow('stopped');
});

it.each(['http://192.0.2.1:1', 'http://example.com', 'https://user:secret@example.com', 'ftp://127.0.0.1', 'nonsense'])(
  'asks no signer at %s',
  async (url) => {
    const refused = connectRemoteSigner(url, { token });
    await expect(refused).rejects.toMatchObject({ code: 'SIGNER_URL_INVALID' });
    await expect(refused).rejects.not.toThrow(/secret/);
  },
);

it('listens to the world only with TLS, and only with a token that is hard to guess', async () => {
  await expect(serve({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'SIGNER_URL_INVALID' });
  await expect(serve({ token: 'short' })).rejects.toMatchObject({ code: 'SIGNER_TOKEN_WEAK' });
  const { url } = await serve();
  await expect(serve({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  expect(() => readFileSync(statePath)).toThrow('ENOENT');
});
