import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { JobFrame, OpenFrame, OrchestratorFrame, StagedPart } from '../../protocol/frames.ts';
import type { HostedWorker } from '../plugin-host.ts';
import type { JobEndRow } from '../store/job-rows.ts';
import { CallerOutput } from './caller-output.ts';
import type { CallerSource } from './caller-source.ts';
import { Callers } from './callers.ts';
import { cancelOnWorker } from './cancel-on-worker.ts';
import { endJob } from './end-job.ts';
import { followWorker } from './follow-worker.ts';
import { FrameRelay } from './frame-relay.ts';
import type { AcceptedJob, JobsContext } from './job-context.ts';
import { type JobDirectory, jobDirectory, makeJobDirectory } from './job-directory.ts';
import { finalFrames, type JobEnding, orStopped } from './job-end.ts';
import { isJobEnded, type JobEventType, type JobState, nextJobState } from './job-state.ts';
import { createJobUploads, type JobUploads } from './job-uploads.ts';
import { stageParts } from './stage-parts.ts';
import { translateDiskFull } from './translate-disk-full.ts';
import { workerSession } from './worker-session.ts';

/** One job from its acceptance to its end. */
export class JobSession {
  readonly job: AcceptedJob;
  readonly directory: JobDirectory;
  readonly uploads: JobUploads;
  /** Frames for the caller that opened the job. */
  readonly output = new CallerOutput();
  /** What its worker sends. */
  readonly relayed: FrameRelay;
  /** Resolves once the end is durable. */
  readonly ended: Promise<JobEndRow>;
  /** Resolves when a worker has it, or it has ended. */
  readonly started: Promise<void>;
  worker: HostedWorker | undefined;
  readonly #context: JobsContext;
  /** Aborted with the error that ends the job from outside: a cancel, the deadline. */
  readonly #stop = new AbortController();
  /** Breaks the call to the worker. */
  readonly #call = new AbortController();
  readonly #done = new AbortController();
  #state: JobState = 'validating';
  readonly #callers: Callers;
  #left = false;
  #source: CallerSource | undefined;
  readonly #resolveEnded: (end: JobEndRow) => void;
  readonly #resolveStarted: () => void;

  constructor(job: AcceptedJob, context: JobsContext) {
    this.job = job;
    this.#context = context;
    this.directory = jobDirectory(job.jobsDirectory, job.jobId);
    this.uploads = createJobUploads(job.jobId, job.uploads, this.directory);
    this.relayed = new FrameRelay(this, context, this.#stop.signal);
    this.#callers = new Callers({
      ...{ clock: context.clock, detachedMs: context.limits.detachedMs, signal: this.#done.signal },
      onGone: () => this.#cancel('its caller left and did not come back'),
    });
    const ended = Promise.withResolvers<JobEndRow>();
    const started = Promise.withResolvers<void>();
    this.ended = ended.promise;
    this.started = started.promise;
    this.#resolveEnded = ended.resolve;
    this.#resolveStarted = started.resolve;
  }

  get state(): JobState {
    return this.#state;
  }

  /** Runs the job to its end. Never rejects. */
  async run(open: OpenFrame, source: CallerSource): Promise<void> {
    this.#source = source;
    await this.#toEnd(async () => {
      const staged = await this.#awaitParts();
      const waiting = this.job.queue.acquire(this.job.jobId, {
        caller: this.job.caller,
        signal: this.#stop.signal,
        onWaiting: (position) => this.output.send([{ type: 'queued', position, awaitedParts: [] }]),
      });
      if (waiting !== undefined) await waiting;
      this.#stop.signal.throwIfAborted();
      // The worker must not end the job when this process dies: the next one finds it again.
      const forWorker: OpenFrame = {
        ...open,
        capability: this.job.capability,
        stagedParts: staged,
        onDisconnect: 'continue',
        session: workerSession(this.#context.sessionSalt, { caller: this.job.caller, session: open.session }),
      };
      await this.#relayFrom((worker, signal) => worker.service.runJob(source.frames(forWorker), { signal }), {
        mayRetry: () => source.handedOut === 0,
      });
    });
  }

  /** Follows a job that a worker kept running over a restart of the orchestrator. Never rejects. */
  async recover(): Promise<void> {
    this.output.end();
    this.#move('accepted');
    this.#move('parts-arrived');
    await this.#toEnd(async () => {
      for (let afterSequence = 0; ; ) {
        try {
          return await this.#followFrom(afterSequence);
        } catch (error) {
          if (!isByocError(error, 'JOB_REPLAY_GONE') || error.facts.oldestSequence <= afterSequence + 1) throw error;
          // Nobody here needs the oldest frames: usage is cumulative, and a caller brings its own number.
          afterSequence = error.facts.oldestSequence - 1;
          this.relayed.hadOutput = true;
        }
      }
    });
  }

  #followFrom(afterSequence: number): Promise<void> {
    const { jobId } = this.job;
    this.relayed.startAfter(afterSequence);
    return this.#relayFrom((worker, signal) => worker.service.attachJob({ jobId, afterSequence }, { signal }), {
      mayRetry: () => false,
    });
  }

  /** Ends the job from outside; false when it had ended. */
  stop(error: ByocError): boolean {
    if (isJobEnded(this.#state)) return false;
    if (this.#stop.signal.aborted) return true;
    this.#stop.abort(error);
    if (this.worker === undefined) return true;
    const { clock, limits } = this.#context;
    cancelOnWorker(this.worker, {
      ...{ jobId: this.job.jobId, error, graceMs: limits.cancelGraceMs, clock, signal: this.#done.signal },
      onDeaf: () => {
        this.output.unblock();
        this.#call.abort(error);
      },
    });
    return true;
  }

  get hasCaller(): boolean {
    return this.#callers.any;
  }

  /** True when the job goes on in its worker without this process: nothing of it is touched. */
  get leftToWorker(): boolean {
    return this.#left;
  }

  /** Lets go of a running job so that the next orchestrator finds it as it is. */
  leave(): void {
    this.#left = true;
    this.output.unblock();
    this.#call.abort(new ByocError('ORCHESTRATOR_CLOSING', {}));
  }

  callerCame(): void {
    this.#callers.came();
    this.#move('caller-came');
  }

  /** @param options.opener it is the caller that opened the job, who sends frames and reads `output`. */
  callerLeft(options: { opener: boolean }): void {
    this.#callers.left();
    if (options.opener) {
      this.output.end();
      this.#source?.stop();
    }
    if (this.#callers.any || isJobEnded(this.#state)) return;
    if (this.#state === 'running' && this.job.onDisconnect === 'continue') {
      this.#move('caller-left');
      this.#callers.await();
    } else if (this.#state !== 'detached') this.#cancel('the caller left');
  }

  #cancel(reason: string): void {
    this.stop(new ByocError('JOB_CANCELLED', { jobId: this.job.jobId, reason }));
  }

  async #toEnd(work: () => Promise<void>): Promise<void> {
    const { clock } = this.#context;
    const { jobId, deadline } = this.job;
    clock.sleep(Math.max(0, deadline - clock.now()), { signal: this.#done.signal, unref: true }).then(
      () => this.stop(new ByocError('JOB_DEADLINE_EXCEEDED', { jobId, deadline: new Date(deadline).toISOString() })),
      () => {},
    );
    try {
      await work();
    } catch (error) {
      if (this.#left) this.output.batches.fail(error);
      else await this.#end({ type: 'error', error: this.#explain(error) }, []);
    } finally {
      // `null`: a reason that nobody reads costs no stack trace.
      this.#done.abort(null);
      this.#source?.stop();
      this.job.queue.release(jobId);
      this.output.end();
    }
  }

  async #awaitParts(): Promise<readonly StagedPart[]> {
    this.#move('accepted');
    const { uploads, uris } = this.job;
    let staged: readonly StagedPart[] = [];
    if (uploads.length > 0 || uris.length > 0) {
      // Only for parts: a worker makes what it needs itself, and most small jobs have no files.
      makeJobDirectory(this.job.jobsDirectory, this.job.jobId);
      staged = await stageParts(this, this.#context, {
        signal: this.#stop.signal,
        send: (frames) => this.output.send(frames),
      });
    }
    this.#move('parts-arrived');
    return staged;
  }

  async #relayFrom(
    open: (worker: HostedWorker, signal: AbortSignal) => AsyncIterable<readonly JobFrame[]>,
    options: { mayRetry(): boolean },
  ): Promise<void> {
    const worker = this.job.worker();
    const { jobId, pluginId: plugin } = this.job;
    if (worker === undefined)
      throw new ByocError('WORKER_LOST', { jobId, plugin, reason: 'it ended before the job began' });
    if (worker.workerId !== this.job.workerId) this.#context.rows.setRunning(jobId, worker.workerId);
    this.worker = worker;
    this.#move('slot-taken');
    this.#resolveStarted();
    await followWorker(worker, {
      jobId,
      plugin,
      clock: this.#context.clock,
      call: this.#call,
      stop: this.#stop.signal,
      open: (signal) => open(worker, signal),
      mayRetry: () => options.mayRetry() && this.relayed.machine.sequence === 0,
      onFrames: (frames) => this.#relay(frames),
    });
  }

  /** Passes frames on; true after the last one. */
  async #relay(frames: readonly JobFrame[]): Promise<boolean> {
    const { out, ending, broken } = await this.relayed.take(frames, (unpaid) => this.stop(unpaid));
    if (ending === undefined) {
      await this.output.send(out);
      return false;
    }
    if (ending.type === 'result') await this.#end(ending, out);
    else await this.#end({ type: 'error', error: this.#explain(ending.error) }, out);
    // It ends for callers at once, and in the worker when that gets round to it.
    if (broken) this.#dismiss('it broke the protocol');
    return true;
  }

  #dismiss(reason: string): void {
    const { jobId } = this.job;
    const graceMs = this.#context.limits.cancelGraceMs;
    this.worker?.service.cancelJob({ jobId, reason, graceMs }).catch(() => {});
  }

  async #end(ending: JobEnding, before: OrchestratorFrame[]): Promise<void> {
    if (isJobEnded(this.#state)) return;
    const { usage, sequence, state } = this.relayed.machine;
    // The worker's last frame keeps its number; an end that we make comes after the last frame, or carries 0 before any.
    const lastSequence = state === 'ended' || sequence === 0 ? sequence : sequence + 1;
    const stopped: unknown = this.#stop.signal.reason;
    const { hadOutput } = this.relayed;
    const known = orStopped(ending, stopped);
    const end = await endJob(this, this.#context, known, { hadOutput, stopped, usage, lastSequence });
    this.#move(end.state);
    this.#context.onEnded(this, end);
    this.relayed.end();
    this.#resolveEnded(end);
    this.#resolveStarted();
    void this.output.send([...before, ...finalFrames(end)]);
    this.output.end();
  }

  /** When the job was ended from outside, that is why it failed. */
  #explain(error: unknown): ByocError {
    const { aborted, reason } = this.#stop.signal;
    if (aborted) return toByocError(reason);
    const known = toByocError(translateDiskFull(error, this.job.jobId));
    if (known.code === 'INTERNAL_ERROR')
      this.#context.logger.error({ jobId: this.job.jobId, err: error }, 'job-failed');
    return known;
  }

  #move(event: JobEventType): void {
    this.#state = nextJobState(this.#state, event) ?? this.#state;
  }
}
