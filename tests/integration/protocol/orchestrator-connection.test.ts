import { createLocalSigner, createPrivateKey, type Signer } from '@byoc/core/payment';
import {
  connectOrchestrator,
  createTlsCertificate,
  type OrchestratorInfo,
  serveOrchestratorService,
  signIdentityStatement,
  type TlsCertificate,
} from '@byoc/core/protocol';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fakeOrchestratorService } from './fake-services.ts';

let certificate: TlsCertificate;
let identity: Signer;
let identitySignature: Uint8Array;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  certificate = await createTlsCertificate();
  identity = createLocalSigner(createPrivateKey());
  identitySignature = await signIdentityStatement(identity, certificate.certificateSha256);
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function info(overrides: Partial<OrchestratorInfo> = {}): OrchestratorInfo {
  return {
    address: identity.address,
    identitySignature,
    certificateSha256: certificate.certificateSha256,
    protocols: ['byoc.orchestrator.v1'],
    software: 'test',
    httpPort: 1,
    localDirectory: '',
    labels: { region: 'eu' },
    ...overrides,
  };
}

async function start(answer: OrchestratorInfo = info()): Promise<string> {
  const peers: (string | undefined)[] = [];
  const served = await serveOrchestratorService(
    fakeOrchestratorService({
      getInfo: async (options) => {
        peers.push(options?.peer);
        return answer;
      },
    }),
    { host: '127.0.0.1', port: 0, tls: certificate },
  );
  closers.push(() => served.close());
  return `https://127.0.0.1:${served.port}`;
}

describe('connectOrchestrator', () => {
  it('pins the certificate and proves the address', async () => {
    const url = await start();
    const orchestrator = await connectOrchestrator({ url, expectedAddress: identity.address.toLowerCase() });
    closers.push(() => orchestrator.close());
    expect(orchestrator.info).toEqual(info());
    expect(orchestrator.certificateSha256).toBe(certificate.certificateSha256);
    expect(orchestrator.url).toBe(url);
    expect(await orchestrator.listOffers({ capability: '' })).toEqual([]);
    for await (const change of orchestrator.watchOffers({ capability: '' })) expect(change.snapshot).toBe(true);
    expect(await orchestrator.getReceipt({ jobId: 'job_12345678', jobSecret: new Uint8Array(16) })).toMatchObject({
      endedAt: 1_700_000_000_123,
    });
    for await (const frames of orchestrator.attachJob({
      jobId: 'job_12345678',
      jobSecret: new Uint8Array(16),
      afterSequence: 0,
    }))
      expect(frames).toEqual([{ type: 'queued', position: 1, awaitedParts: ['a'] }]);
  });

  it('refuses another address than the expected one', async () => {
    const url = await start();
    const other = createLocalSigner(createPrivateKey()).address;
    await expect(connectOrchestrator({ url, expectedAddress: other })).rejects.toMatchObject({
      code: 'IDENTITY_MISMATCH',
      facts: { expected: other, actual: identity.address },
    });
  });

  it('refuses a statement for another certificate', async () => {
    const another = await createTlsCertificate();
    const url = await start(
      info({
        certificateSha256: another.certificateSha256,
        identitySignature: await signIdentityStatement(identity, another.certificateSha256),
      }),
    );
    await expect(connectOrchestrator({ url })).rejects.toMatchObject({ code: 'IDENTITY_INVALID' });
  });

  it('refuses a signature by another key', async () => {
    const url = await start(
      info({
        identitySignature: await signIdentityStatement(
          createLocalSigner(createPrivateKey()),
          certificate.certificateSha256,
        ),
      }),
    );
    await expect(connectOrchestrator({ url })).rejects.toMatchObject({ code: 'IDENTITY_INVALID' });
  });

  it('says that nothing answers', async () => {
    const url = await start();
    await closers.pop()?.();
    await expect(connectOrchestrator({ url })).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  });

  it('breaks calls when another server with another certificate takes the port', async () => {
    const url = await start();
    const orchestrator = await connectOrchestrator({ url });
    closers.unshift(() => orchestrator.close());
    await closers.pop()?.();
    const impostor = await serveOrchestratorService(fakeOrchestratorService({ getInfo: async () => info() }), {
      host: '127.0.0.1',
      port: Number(new URL(url).port),
      tls: await createTlsCertificate(),
    });
    closers.push(() => impostor.close());
    await expect(orchestrator.getInfo()).rejects.toMatchObject({ code: expect.stringMatching(/^CONNECTION_/) });
  });
});
