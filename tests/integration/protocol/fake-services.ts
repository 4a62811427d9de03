import type { JobFrame, OrchestratorFrame, OrchestratorService, WorkerService } from '@byoc/core/protocol';

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Accepts, answers each chunk with an event of its size, and ends with a result. */
export async function* echoFrames(frames: AsyncIterable<{ type: string }>): AsyncGenerator<readonly JobFrame[]> {
  let sequence = 0;
  for await (const frame of frames) {
    if (frame.type === 'open' || frame.type === 'open-job')
      yield [{ sequence: ++sequence, type: 'accepted', capability: 'test/echo@1.0.0' }];
    else if (frame.type === 'chunk')
      yield [
        {
          sequence: ++sequence,
          type: 'event',
          eventJson: json({ bytes: (frame as unknown as { data: Uint8Array }).data.length }),
        },
      ];
    else if (frame.type === 'end') break;
  }
  yield [
    { sequence: ++sequence, type: 'usage', usage: { bytes: 5n } },
    { sequence: ++sequence, type: 'result', outputJson: json({ ok: true }), usage: { bytes: 5n }, parts: [] },
  ];
}

/** A worker service whose methods can be replaced. */
export function fakeWorkerService(overrides: Partial<WorkerService> = {}): WorkerService {
  return {
    getInfo: async () => ({
      name: 'fake',
      version: '1.0.0',
      protocols: ['byoc.worker.v1'],
      features: ['attach'],
      sdk: 'test',
    }),
    getManifest: async () => json({ manifest: 1 }),
    async *watchState() {
      yield {
        phase: 'ready',
        reason: '',
        slotsTotal: 2,
        slotsFree: 2,
        models: [],
        deviceMemoryBytes: 0,
        details: { engine: 'none' },
      };
    },
    estimateUsage: async () => ({ bytes: 10n }),
    runJob: (frames) => echoFrames(frames),
    async *attachJob({ afterSequence }) {
      yield [{ sequence: afterSequence + 1, type: 'progress', progress: { fraction: 0.5, stage: 'work' } }];
    },
    cancelJob: async () => ({ cancelled: true }),
    drain: async () => undefined,
    ...overrides,
  };
}

/** An orchestrator service whose methods can be replaced. */
export function fakeOrchestratorService(overrides: Partial<OrchestratorService> = {}): OrchestratorService {
  return {
    getInfo: async () => {
      throw new Error('the test sets getInfo');
    },
    listOffers: async () => [],
    async *watchOffers() {
      yield { snapshot: true, upserted: [], removedOfferIds: [] };
    },
    getQuote: async () => {
      throw new Error('the test sets getQuote');
    },
    runJob: (frames) => echoFrames(frames) as AsyncIterable<readonly OrchestratorFrame[]>,
    async *attachJob() {
      yield [{ type: 'queued', position: 1, awaitedParts: ['a'] }];
    },
    payJob: async () => ({ taken: true }),
    cancelJob: async () => ({ cancelled: true }),
    getReceipt: async () => ({ receiptJson: json({}), signature: new Uint8Array(0), endedAt: 1_700_000_000_123 }),
    ...overrides,
  };
}
