import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach } from 'vitest';
import type { CapabilityContract } from '../../capability/capability.ts';
import { contractDigest } from '../../capability/contract-digest.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { manifestSchema } from '../../manifest/manifest.ts';
import { createFreeOrchestratorProvider } from '../../payment/free/free-orchestrator-provider.ts';
import { createLocalSigner } from '../../payment/keys/create-local-signer.ts';
import type { OrchestratorPaymentProvider } from '../../payment/payment-provider.ts';
import { freePriceSheet, type PriceSheet } from '../../price/price-sheet.ts';
import { type Clock, systemClock } from '../../primitives/clock.ts';
import { silentLogger } from '../../primitives/logger.ts';
import type { CallerFrame, GatewayFrame, JobFrame, OpenJobFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import type { WorkerService } from '../../protocol/worker-service.ts';
import { createPaymentDesk } from '../payment/payment-desk.ts';
import { createPriceBook } from '../payment/price-book.ts';
import type { HostedPlugin, PluginHost } from '../plugin-host.ts';
import { createJobRows } from '../store/job-rows.ts';
import { jobsMigration } from '../store/jobs-migration.ts';
import { ledgerMigration } from '../store/ledger-migration.ts';
import { createJobs } from './create-jobs.ts';
import { defaultJobLimits, type JobLimits } from './job-limits.ts';
import { createPluginQueues } from './plugin-queues.ts';

const contract: CapabilityContract = {
  name: 'example/echo',
  version: '1.0.0',
  input: {
    type: 'object',
    properties: { text: { type: 'string', maxLength: 5 }, times: { type: 'integer' } },
    required: ['text'],
    additionalProperties: false,
  },
  output: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  meters: { characters: { unit: 'character' } },
};
function manifestOf(meters: CapabilityContract['meters']) {
  const own = { ...contract, meters };
  return manifestSchema.parse({
    ...{ manifest: 1, name: 'echo', version: '1.0.0', protocol: 'byoc.worker.v1' },
    capabilities: [{ digest: contractDigest(own), contract: own }],
  });
}
/** JSON as UTF-8. */
export const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
export const secret = new Uint8Array(16).fill(7);

/** What the worker does with a job. */
export type Script = (
  frames: AsyncIterator<CallerFrame>,
  signal: AbortSignal | undefined,
) => AsyncIterable<readonly JobFrame[]>;

/** A handler that answers with its text. */
export async function* echo(frames: AsyncIterator<CallerFrame>): AsyncGenerator<readonly JobFrame[]> {
  const { value: open } = await frames.next();
  const { text } = JSON.parse(new TextDecoder().decode(open.inputJson)) as { text: string };
  yield [{ sequence: 1, type: 'accepted', capability: open.capability }];
  yield [
    { sequence: 2, type: 'usage', usage: { characters: BigInt(text.length) } },
    { sequence: 3, type: 'result', outputJson: bytes({ text }), usage: { characters: BigInt(text.length) }, parts: [] },
  ];
}

/** A row of a job that a worker runs, without its id. */
export const runningRow = {
  ...{ pluginId: 'echo', capability: 'example/echo@1.0.0', contractDigest: contractDigest(contract) },
  ...{ secretSha256: new Uint8Array(32), onDisconnect: 'continue' as const, deadline: Date.now() + 60_000 },
  ...{ provider: 'free', maxCostWei: 0n, price: freePriceSheet, state: 'running' as const, acceptedAt: 1 },
  payment: undefined,
};

/** The orchestrator's key. */
export const signer = createLocalSigner(new Uint8Array(32).fill(7));

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Jobs on a worker in memory, with rows of their own. Folders go after each test. */
export function setUpJobs(
  options: {
    script?: Script;
    /** Frames up to this number are no longer kept. */
    replayGone?: number;
    slots?: number;
    limits?: Partial<JobLimits>;
    database?: DatabaseSync;
    /** Of the one capability. @default characters, without an estimate */
    meters?: CapabilityContract['meters'];
    /** @default [free] */
    providers?: readonly OrchestratorPaymentProvider[];
    /** @default free */
    price?: PriceSheet;
    clock?: Clock;
  } = {},
) {
  const root = mkdtempSync(join(tmpdir(), 'byoc-jobs-'));
  directories.push(root);
  for (const name of ['jobs', 'inbox', 'outbox']) mkdirSync(join(root, name));
  const gone = new AbortController();
  const cancels: string[] = [];
  const onCancel: (() => void)[] = [];
  const running = { now: 0, most: 0 };
  const service = {
    async *runJob(frames: AsyncIterable<CallerFrame>, call?: { signal?: AbortSignal }) {
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      try {
        yield* (options.script ?? echo)(frames[Symbol.asyncIterator](), call?.signal);
      } finally {
        running.now -= 1;
      }
    },
    async *attachJob(request: { jobId: string; afterSequence: number }, call?: { signal?: AbortSignal }) {
      const { jobId, afterSequence } = request;
      const { replayGone = 0 } = options;
      if (afterSequence < replayGone)
        throw new ByocError('JOB_REPLAY_GONE', { jobId, afterSequence, oldestSequence: replayGone + 1 });
      const replay = options.script ?? echo;
      const frames = replay({ next: async () => ({ done: false, value: open('job_00000000').open }) }, call?.signal);
      for await (const batch of frames) yield batch.filter(({ sequence }) => sequence > afterSequence);
    },
    async cancelJob({ jobId }: { jobId: string }) {
      cancels.push(jobId);
      for (const cancel of onCancel) cancel();
      return { cancelled: true };
    },
  } as unknown as WorkerService;
  let plugin = {
    ...{
      pluginId: 'echo',
      manifest: manifestOf(options.meters ?? contract.meters),
      digest: 'sha256:0',
      imageDigest: `sha256:${'ab'.repeat(32)}`,
      prices: { default: options.price ?? freePriceSheet, capabilities: {} },
      phase: 'ready',
      reason: '',
    },
    ...{ jobsDirectory: join(root, 'jobs'), restarts: 0, timeToWarmMs: 1 },
    workerState: { slotsTotal: options.slots ?? 1 },
    worker: { workerId: 'w1', service, jobsPath: '/', gone: gone.signal },
  } as unknown as HostedPlugin;
  const listeners: ((plugin: HostedPlugin) => void)[] = [];
  const host = {
    list: () => [plugin],
    get: () => plugin,
    on(event: string, listener: (plugin: HostedPlugin) => void) {
      if (event === 'plugin-changed') listeners.push(listener);
      return () => {};
    },
  } as unknown as PluginHost;
  const change = (next: Partial<HostedPlugin>) => {
    plugin = { ...plugin, ...next };
    for (const listener of listeners) listener(plugin);
  };
  const database = options.database ?? new DatabaseSync(':memory:');
  if (options.database === undefined) database.exec(`${jobsMigration} ${ledgerMigration}`);
  const rows = createJobRows(database);
  const limits = { ...defaultJobLimits, cancelGraceMs: 0, ...options.limits };
  const clock = options.clock ?? systemClock;
  const queues = createPluginQueues({ host, clock, limits, onChange() {} });
  const desk = createPaymentDesk({
    ...{ providers: options.providers ?? [createFreeOrchestratorProvider()], database, clock, signer },
    logger: silentLogger,
  });
  void desk.start();
  const jobs = createJobs({
    ...{ host, queues, clock, limits, rows, logger: silentLogger },
    desk,
    prices: createPriceBook({ feed: undefined, clock, logger: silentLogger, onChange() {} }),
    orchestrator: signer.address,
    fetcher: { fetch: async () => ({ sizeBytes: 0, mediaType: '' }), close: async () => {} },
    inboxDirectory: join(root, 'inbox'),
    outboxDirectory: join(root, 'outbox'),
  });
  return { jobs, desk, host, rows, root, cancels, gone, running, queues, change, onCancel, database };
}

/** The frame that opens a job. */
export function open(
  jobId: string,
  more: Partial<OpenJobFrame> & { input?: unknown; deadline?: number; onDisconnect?: 'cancel' | 'continue' } = {},
): OpenJobFrame {
  return {
    type: 'open-job',
    open: {
      ...{ type: 'open', jobId, capability: 'example/echo@^1', inputJson: bytes(more.input ?? { text: 'hi' }) },
      ...{ deadline: more.deadline ?? Date.now() + 60_000, traceparent: '', stagedParts: [] },
      onDisconnect: more.onDisconnect ?? 'cancel',
    },
    jobSecret: more.jobSecret ?? secret,
    contractDigest: more.contractDigest ?? '',
    payment: more.payment ?? { provider: 'free', maxCostWei: 0n, data: new Uint8Array() },
    uploads: more.uploads ?? [],
  };
}

export async function* frames(...all: GatewayFrame[]): AsyncGenerator<GatewayFrame> {
  yield* all;
}

export async function collect(stream: AsyncIterable<readonly OrchestratorFrame[]>): Promise<OrchestratorFrame[]> {
  const all: OrchestratorFrame[] = [];
  for await (const batch of stream) all.push(...batch);
  return all;
}

/** The error that ended a job. */
export function errorOf(all: readonly OrchestratorFrame[]): ByocError {
  const last = all.at(-1);
  if (last?.type !== 'error') throw new Error(`the last frame is ${last?.type}`);
  return last.error;
}

/** Waits for the abort, or for something else. */
export function hang(signal: AbortSignal | undefined, also?: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    void also?.then(() => resolve());
  });
}

/** A handler that never ends by itself. */
export async function* endless(
  calls: AsyncIterator<CallerFrame>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly JobFrame[]> {
  await calls.next();
  yield [{ sequence: 1, type: 'accepted', capability: 'example/echo@1.0.0' }];
  yield [{ sequence: 2, type: 'event', eventJson: bytes({}) }];
  await hang(signal);
}

/** Resolves once `job_00000001` is in a state. */
export async function untilState(jobs: ReturnType<typeof setUpJobs>['jobs'], state: string): Promise<void> {
  for (;;) {
    try {
      if (jobs.find('job_00000001', secret).session?.state === state) return;
    } catch {
      // Not accepted yet.
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
