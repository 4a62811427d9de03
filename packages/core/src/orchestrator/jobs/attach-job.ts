import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { AsyncQueue } from '../../primitives/async-queue.ts';
import type { JobFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import type { ServerCallOptions } from '../../protocol/orchestrator-service.ts';
import type { HostedWorker } from '../plugin-host.ts';
import type { JobEndRow } from '../store/job-rows.ts';
import type { FoundJob } from './create-jobs.ts';
import { finalFrames } from './job-end.ts';
import type { JobSession } from './job-session.ts';
import { isJobEnded } from './job-state.ts';

/**
 * Sends a job's frames after a sequence number, then follows it to its end. While it runs they come from the worker's
 * replay, with the same numbers; the last ones come from the job's row.
 */
export async function* attachJob(
  { session, end, worker }: FoundJob,
  request: { jobId: string; afterSequence: number },
  call: ServerCallOptions,
): AsyncGenerator<readonly OrchestratorFrame[]> {
  if (session === undefined) {
    if (end === undefined) throw new ByocError('JOB_NOT_FOUND', { jobId: request.jobId });
    // What the caller has missed comes first, as far as it is still kept.
    if (end.state === 'succeeded') yield* replayEnded(worker, end, request, call.signal);
    yield finalFrames(end);
    return;
  }
  if (isJobEnded(session.state)) {
    const sessionEnd = await session.ended;
    if (sessionEnd.state === 'succeeded') yield* replayEnded(session.worker, sessionEnd, request, call.signal);
    yield finalFrames(sessionEnd);
    return;
  }
  session.callerCame();
  let left = false;
  const leave = () => {
    if (!left) session.callerLeft({ opener: false });
    left = true;
  };
  call.signal?.addEventListener('abort', leave, { once: true });
  try {
    yield* session.job.payment.row === undefined
      ? follow(session, request, call.signal)
      : withDemands(session, follow(session, request, call.signal));
  } finally {
    call.signal?.removeEventListener('abort', leave);
    leave();
  }
}

async function* follow(
  session: JobSession,
  request: { jobId: string; afterSequence: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly OrchestratorFrame[]> {
  if (session.worker === undefined) {
    const { queue, jobId } = session.job;
    const position = queue.admission.order().indexOf(jobId) + 1;
    yield [{ type: 'queued', position, awaitedParts: position > 0 ? [] : session.uploads.awaited() }];
  }
  await untilAborted(session.started, signal);
  const paid = session.job.payment.row !== undefined;
  for await (const frames of replay(session.worker, request, signal)) {
    if (!paid) yield frames;
    else {
      // The worker runs ahead of what was paid for: a frame is handed out when the job has passed it.
      const passed = await untilAborted(session.relayed.passing(frames), signal);
      if (passed.length > 0) yield passed;
      if (passed.length < frames.length) break;
    }
  }
  yield finalFrames(await untilAborted(session.ended, signal));
}

/** Adds what is asked of the payer: this caller can answer it by PayJob. */
async function* withDemands(
  session: JobSession,
  frames: AsyncIterable<readonly OrchestratorFrame[]>,
): AsyncGenerator<readonly OrchestratorFrame[]> {
  const queue = new AsyncQueue<readonly OrchestratorFrame[]>({ limit: 1 });
  const stop = session.relayed.onDemand((demand) => void queue.push([{ type: 'payment-required', ...demand }]));
  const iterator = frames[Symbol.asyncIterator]();
  const pump = async () => {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      if (!(await queue.push(next.value))) return;
    queue.end();
  };
  pump().catch((error: unknown) => queue.fail(error));
  try {
    yield* queue;
  } finally {
    stop();
    void iterator.return?.(undefined);
  }
}

async function* replayEnded(
  worker: HostedWorker | undefined,
  { receiptJson, usage }: JobEndRow,
  request: { jobId: string; afterSequence: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly OrchestratorFrame[]> {
  const paid = receiptJson !== undefined;
  try {
    // The worker's own count may not be what counted in the end.
    for await (const frames of replay(worker, request, signal))
      yield paid ? frames.map((frame) => (frame.type === 'usage' ? { ...frame, usage } : frame)) : frames;
  } catch (error) {
    // No longer kept: the end alone must do.
    if (!isByocError(error, 'JOB_REPLAY_GONE')) throw error;
  }
}

async function* replay(
  worker: HostedWorker | undefined,
  { jobId, afterSequence }: { jobId: string; afterSequence: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly JobFrame[]> {
  if (worker === undefined) return;
  try {
    for await (const frames of worker.service.attachJob({ jobId, afterSequence }, { signal })) {
      const last = frames.findIndex(({ type }) => type === 'result' || type === 'error');
      const before = (last === -1 ? frames : frames.slice(0, last)).filter(({ sequence }) => sequence > afterSequence);
      if (before.length > 0) yield before;
      if (last !== -1) return;
    }
  } catch (error) {
    // The worker is lost or has forgotten the job: its row will tell how it ended.
    if (signal?.aborted || isByocError(error, 'JOB_REPLAY_GONE')) throw error;
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
