import { randomBytes } from 'node:crypto';
import { createJobId } from '@byoc/core';
import type {
  ConnectedOrchestrator,
  ConnectedWorker,
  JobFrame,
  OpenFrame,
  OpenJobFrame,
  OrchestratorFrame,
} from '@byoc/core/protocol';

function openFrame(input: object = {}, jobId = createJobId() as string): OpenFrame {
  return {
    type: 'open',
    jobId,
    capability: 'bench/work@1.0.0',
    inputJson: new TextEncoder().encode(JSON.stringify(input)),
    deadline: Date.now() + 600_000,
    traceparent: '',
    onDisconnect: 'cancel',
    stagedParts: [],
  };
}

/** Runs the smallest job straight on a worker. */
export async function smallWorkerJob(worker: ConnectedWorker): Promise<void> {
  await workerJob(worker, {});
}

/** Reads so many events straight from a worker. */
export async function workerEvents(worker: ConnectedWorker, events: number): Promise<void> {
  await workerJob(worker, { events });
}

async function workerJob(worker: ConnectedWorker, input: object): Promise<void> {
  const frames = async function* () {
    yield openFrame(input);
    yield { type: 'end' } as const;
  };
  await lastFrame(worker.runJob(frames()));
}

/** Runs the smallest job through an orchestrator, with the same client code as towards the worker. */
export async function smallOrchestratorJob(
  orchestrator: ConnectedOrchestrator,
  { jobId, ...payment }: OpenJobFrame['payment'] & { jobId?: string } = {
    provider: 'free',
    maxCostWei: 0n,
    data: new Uint8Array(),
  },
): Promise<void> {
  const frames = async function* () {
    yield {
      type: 'open-job',
      open: openFrame({}, jobId),
      jobSecret: new Uint8Array(randomBytes(32)),
      contractDigest: '',
      payment,
      uploads: [],
    } as const;
    yield { type: 'end' } as const;
  };
  await lastFrame(orchestrator.runJob(frames()));
}

async function lastFrame(batches: AsyncIterable<readonly (JobFrame | OrchestratorFrame)[]>): Promise<void> {
  let last: JobFrame | OrchestratorFrame | undefined;
  for await (const frames of batches) last = frames.at(-1) ?? last;
  if (last?.type === 'error') throw last.error;
  if (last?.type !== 'result') throw new Error(`the job ended with ${last?.type ?? 'nothing'}`);
}
