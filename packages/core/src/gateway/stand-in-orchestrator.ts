import { z } from 'zod';
import { defineCapability } from '../capability/define-capability.ts';
import { meter } from '../capability/meter.ts';
import { blob } from '../primitives/blob-ref.ts';
import type { GatewayFrame, OrchestratorFrame } from '../protocol/frames.ts';
import type { ConnectedOrchestrator } from '../protocol/orchestrator/connect-orchestrator.ts';
import type { Offer, OrchestratorService } from '../protocol/orchestrator-service.ts';

/** Counts the bytes of a part. */
export const capability = defineCapability({
  name: 'test/size',
  version: '1.0.0',
  input: z.object({ source: blob() }),
  output: z.object({ bytes: z.number() }),
  event: z.object({ step: z.number() }),
  meters: { bytes: meter({ unit: 'byte' }) },
});
export const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
/** What it offers. */
export const offer: Offer = {
  offerId: '1',
  capability: capability.reference,
  contractDigest: capability.digest,
  contract: capability.contract,
  price: { baseWei: '0', meters: {} },
  state: 'ready',
  slotsTotal: 1,
  slotsFree: 1,
  queueFree: 1,
  timeToWarmMs: 0,
  plugin: 'size@1.0.0',
  paymentProviders: ['free'],
  labels: {},
  details: {},
  models: [],
};

export type Run = OrchestratorService['runJob'];

async function* size(frames: AsyncIterable<GatewayFrame>): AsyncGenerator<readonly OrchestratorFrame[]> {
  let bytes = 0;
  yield [{ sequence: 1, type: 'accepted', capability: capability.reference }];
  for await (const frame of frames) {
    if (frame.type === 'chunk') bytes += frame.data.length;
    if (frame.type === 'end') break;
  }
  yield [
    { sequence: 2, type: 'event', eventJson: json({ step: 1 }) },
    { sequence: 3, type: 'result', outputJson: json({ bytes }), usage: { bytes: BigInt(bytes) }, parts: [] },
  ];
}

/** An orchestrator in memory that offers `capability`. */
export function orchestrator(url: string, overrides: Partial<ConnectedOrchestrator> = {}): ConnectedOrchestrator {
  const info = {
    address: url,
    identitySignature: json(0),
    certificateSha256: '',
    protocols: [],
    software: '',
    httpPort: 1,
    localDirectory: '',
    labels: {},
  };
  return {
    info,
    certificatePem: '',
    certificateSha256: '',
    url,
    close() {},
    getInfo: async () => info,
    listOffers: async () => [offer],
    async *watchOffers(_, options) {
      yield { snapshot: true, upserted: [offer], removedOfferIds: [] };
      await new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(new Error('closed'))));
    },
    getQuote: async () => Promise.reject(new Error('unused')),
    runJob: size,
    async *attachJob() {},
    payJob: async () => ({ taken: true }),
    cancelJob: async () => ({ cancelled: true }),
    getReceipt: async () => Promise.reject(new Error('unused')),
    ...overrides,
  };
}
