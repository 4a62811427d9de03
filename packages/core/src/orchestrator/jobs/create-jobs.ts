import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContractValidator } from '../../capability/contract-validator.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { GatewayFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import type { ServerCallOptions } from '../../protocol/orchestrator-service.ts';
import type { PaymentDesk } from '../payment/payment-desk.ts';
import type { PriceBook } from '../payment/price-book.ts';
import type { HostedWorker, PluginHost } from '../plugin-host.ts';
import type { JobEndRow, JobRow } from '../store/job-rows.ts';
import { type AcceptContext, acceptJob, sha256 } from './accept-job.ts';
import { attachJob } from './attach-job.ts';
import { createCallerSource } from './caller-source.ts';
import { forgetJobs } from './forget-jobs.ts';
import type { JobsContext } from './job-context.ts';
import { JobSession } from './job-session.ts';
import { isJobEnded } from './job-state.ts';
import type { PluginQueues } from './plugin-queues.ts';
import { recoverJobs } from './recover-jobs.ts';

/** A job that a caller has proved to own. */
export interface FoundJob {
  readonly session: JobSession | undefined;
  /** Present once it has ended. */
  readonly end: JobEndRow | undefined;
  /** The worker that ran an ended job, if it is still there: it keeps the frames for a while. */
  readonly worker: HostedWorker | undefined;
}

/** All jobs of an orchestrator. */
export interface Jobs {
  runJob(frames: AsyncIterable<GatewayFrame>, options?: ServerCallOptions): AsyncIterable<readonly OrchestratorFrame[]>;
  attachJob(
    request: { jobId: string; jobSecret: Uint8Array; afterSequence: number },
    options?: ServerCallOptions,
  ): AsyncIterable<readonly OrchestratorFrame[]>;
  /** Takes payment from a caller that attached. `taken` is false when the job had ended. @throws ByocError PAYMENT_* */
  payJob(request: { jobId: string; jobSecret: Uint8Array; data: Uint8Array }): Promise<{ taken: boolean }>;
  cancelJob(request: { jobId: string; jobSecret: Uint8Array; reason: string }): Promise<{ cancelled: boolean }>;
  /** @throws ByocError JOB_NOT_FOUND, also for a wrong secret: who asks learns nothing. */
  find(jobId: string, jobSecret: Uint8Array): FoundJob;
  /** Where the output files of an ended job are. */
  outputDirectory(jobId: string): string;
  /** True while the output files of an ended job are there. */
  keepsFiles(jobId: string): boolean;
  /** Removes the files of an ended job, if there are any. */
  removeFiles(jobId: string): Promise<void>;
  /** Goes on with, or fails, the jobs of the run before this one. Call once, when the host has started. */
  recover(): Promise<void>;
  readonly running: number;
  /** Takes no new job, and waits up to `graceMs` for the others; then they are failed, or left to their workers. */
  close(options: { mode: 'drain' | 'leave'; graceMs: number }): Promise<void>;
}

export interface JobsOptions extends Omit<JobsContext, 'onEnded' | 'transact' | 'sessionSalt'> {
  readonly host: PluginHost;
  readonly queues: PluginQueues;
  readonly desk: PaymentDesk;
  readonly prices: PriceBook;
  /** Own ETH address. */
  readonly orchestrator: string;
  readonly onEnded?: ((session: JobSession, end: JobEndRow) => void) | undefined;
}

/** Creates the jobs of an orchestrator. */
export function createJobs(options: JobsOptions): Jobs {
  const live = new Map<string, JobSession>();
  /** Jobs whose files are kept, with the timer that removes them. */
  const kept = new Map<string, AbortController>();
  const { clock, limits, rows, logger, outboxDirectory } = options;
  const forgetting = new AbortController();
  let closing = false;

  const keepFiles = (jobId: string, keepMs: number) => {
    const timer = new AbortController();
    kept.set(jobId, timer);
    clock.sleep(keepMs, { signal: timer.signal, unref: true }).then(
      () => removeFiles(jobId),
      () => {},
    );
  };
  const removeFiles = async (jobId: string): Promise<void> => {
    const timer = kept.get(jobId);
    if (timer === undefined) return;
    kept.delete(jobId);
    timer.abort();
    await rm(join(outboxDirectory, jobId), { recursive: true, force: true });
  };
  const context: JobsContext = {
    ...options,
    transact: options.desk.transact,
    sessionSalt: randomBytes(32),
    onEnded(session, end) {
      if (end.parts.length > 0) keepFiles(session.job.jobId, limits.retentionMs);
      options.onEnded?.(session, end);
    },
  };
  const accept: AcceptContext = { ...options, validators: new Map<string, ContractValidator>() };

  const follow = (session: JobSession, work: Promise<void>) => {
    const { jobId } = session.job;
    live.set(jobId, session);
    const finished = work
      .catch((error: unknown) => logger.error({ jobId, err: error }, 'job-broken'))
      .then(() => {
        live.delete(jobId);
        if (session.leftToWorker) return undefined;
        return session.directory.remove();
      })
      .catch((error: unknown) => logger.warn({ jobId, err: error }, 'job-directory-kept'))
      .finally(() => tasks.delete(finished));
    tasks.add(finished);
  };
  const tasks = new Set<Promise<void>>();

  const find = (jobId: string, jobSecret: Uint8Array): FoundJob & { row: JobRow | undefined } => {
    const given = sha256(jobSecret);
    const session = live.get(jobId);
    const row = session === undefined ? rows.get(jobId) : undefined;
    const expected = session?.job.secretSha256 ?? row?.secretSha256;
    if (expected === undefined || !timingSafeEqual(expected, given)) throw new ByocError('JOB_NOT_FOUND', { jobId });
    const worker = row === undefined ? undefined : options.host.get(row.pluginId)?.worker;
    return { session, row, end: row?.end, worker: worker?.workerId === row?.workerId ? worker : undefined };
  };

  async function* runJob(
    frames: AsyncIterable<GatewayFrame>,
    call: ServerCallOptions = {},
  ): AsyncGenerator<readonly OrchestratorFrame[]> {
    const iterator = frames[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done === true || first.value.type !== 'open-job') {
      const frame = first.done === true ? 'end of stream' : first.value.type;
      throw new ByocError('FRAME_OUT_OF_ORDER', { jobId: '', frame, reason: '`open` must be first' });
    }
    const { open } = first.value;
    let session: JobSession;
    try {
      if (closing) throw new ByocError('ORCHESTRATOR_CLOSING', {});
      const job = await acceptJob(first.value, accept, { caller: callerOf(call.peer) });
      session = new JobSession(job, context);
    } catch (error) {
      const known = toByocError(error);
      if (known.code === 'INTERNAL_ERROR') logger.error({ jobId: open.jobId, err: error }, 'job-refused');
      yield [refusal(known)];
      return;
    }
    session.callerCame();
    const onPayment = (data: Uint8Array) =>
      session.job.payment.accept(data).catch((error: unknown) => void session.stop(toByocError(error)));
    const source = createCallerSource(iterator, { onPayment, onBroken: (error) => void session.stop(error) });
    let left = false;
    const leave = () => {
      if (!left) session.callerLeft({ opener: true });
      left = true;
    };
    call.signal?.addEventListener('abort', leave, { once: true });
    follow(session, session.run({ ...open, deadline: session.job.deadline }, source));
    try {
      if (call.signal?.aborted) leave();
      yield* session.output.batches;
    } finally {
      call.signal?.removeEventListener('abort', leave);
      leave();
    }
  }

  return {
    runJob,
    attachJob: (request, call = {}) => attachJob(find(request.jobId, request.jobSecret), request, call),
    async payJob({ jobId, jobSecret, data }) {
      const { session } = find(jobId, jobSecret);
      if (session === undefined || isJobEnded(session.state)) return { taken: false };
      await session.job.payment.accept(data);
      return { taken: true };
    },
    async cancelJob({ jobId, jobSecret, reason }) {
      const { session } = find(jobId, jobSecret);
      const why = reason === '' ? 'the caller asked for it' : reason.slice(0, 500);
      const cancelled = session?.stop(new ByocError('JOB_CANCELLED', { jobId, reason: why })) ?? false;
      if (cancelled) await session?.ended;
      return { cancelled };
    },
    find,
    outputDirectory: (jobId) => join(outboxDirectory, jobId),
    keepsFiles: (jobId) => kept.has(jobId),
    removeFiles,
    async recover() {
      await recoverJobs({ ...options, context, follow, keepFiles, isLive: (jobId) => live.has(jobId) });
      void forgetJobs(context, { signal: forgetting.signal });
    },
    get running() {
      return live.size;
    },
    async close({ mode, graceMs }) {
      closing = true;
      forgetting.abort();
      const timer = new AbortController();
      const late = clock.sleep(mode === 'leave' ? 0 : graceMs, { signal: timer.signal }).catch(() => {});
      await Promise.race([Promise.all(tasks), late]);
      timer.abort();
      for (const session of live.values()) {
        if (mode === 'leave' && session.worker !== undefined) session.leave();
        else session.stop(new ByocError('ORCHESTRATOR_CLOSING', {}));
      }
      await Promise.all(tasks);
      for (const keep of kept.values()) keep.abort();
    },
  };
}

/** A refusal is the job's only frame: it was never accepted, and nothing was charged. */
function refusal(error: ByocError): OrchestratorFrame {
  const charged = { amountWei: '0' };
  return { sequence: 0, type: 'error', error: new ByocError(error.code, error.facts, { cause: error, charged }) };
}

/** Callers are told apart by their address, without the port. */
function callerOf(peer = ''): string {
  return peer.replace(/:\d+$/, '');
}
