import { createJobId } from '../../primitives/job-id.ts';
import type { JsonValue } from '../../primitives/json.ts';
import type { OpenFrame } from '../../protocol/frames.ts';
import type { Method } from '../../protocol/grpc/method.ts';
import { openWorkerProbe, type WorkerProbe } from '../../protocol/probe/open-worker-probe.ts';
import type { ProbeFrame } from '../../protocol/probe/read-probe-frames.ts';
import type { ProbeStatus } from '../../protocol/probe/read-probe-status.ts';
import { workerMethods } from '../../protocol/worker/worker-methods.ts';
import type { WorkerState } from '../../protocol/worker-service.ts';
import type { ConformanceSample } from './conformance-sample.ts';
import type { TargetWorker } from './conformance-target.ts';
import { expectThat } from './expect-that.ts';
import { ProbedJob } from './probed-job.ts';
import { ProbedStream } from './probed-stream.ts';
import type { Wait } from './wait.ts';

const DEADLINE_MS = 10 * 60_000;
const peer = { jobId: '', peer: 'the worker' };

/** A worker as a case sees it. */
export class ProbedWorker {
  readonly jobsPath: string | undefined;
  readonly #probe: WorkerProbe;
  readonly #sample: ConformanceSample;
  readonly #wait: Wait;
  readonly #opened: string[] = [];

  constructor(worker: TargetWorker, options: { sample: ConformanceSample; wait: Wait }) {
    this.jobsPath = worker.jobsPath;
    this.#probe = openWorkerProbe(worker.address);
    this.#sample = options.sample;
    this.#wait = options.wait;
  }

  /** Calls a unary method. */
  async ask<Req, Res>(
    method: Method<Req, Res>,
    request: Req,
    options: { secret?: string } = {},
  ): Promise<{ answer: Res | undefined; end: ProbeStatus }> {
    const call = this.#probe.call(method.path, options);
    call.write(method.request.encode(request));
    call.end();
    const message = await this.#wait(call.messages.next(), `an answer of ${method.path}`);
    const answer = message.done === true ? undefined : method.response.decode(message.value, peer);
    return { answer, end: await this.#wait(call.status, `the end of ${method.path}`) };
  }

  /** Calls a unary method that must succeed. */
  async answer<Req, Res>(method: Method<Req, Res>, request: Req, options: { secret?: string } = {}): Promise<Res> {
    const { answer, end } = await this.ask(method, request, options);
    expectThat(end.status === 'OK', `${method.path} to answer`, `it ended with ${end.status} (${end.text})`);
    return answer as Res;
  }

  /** Reads what a server stream or a raw call sends, until `enough`; then leaves. */
  async read<Res>(
    path: string,
    request: Uint8Array,
    decode: (bytes: Uint8Array) => Res,
    enough: (value: Res) => boolean,
  ): Promise<Res> {
    const call = this.#probe.call(path);
    call.write(request);
    call.end();
    try {
      for (;;) {
        const message = await this.#wait(call.messages.next(), `a message of ${path}`);
        if (message.done === true) {
          const { status, text } = await this.#wait(call.status, `the end of ${path}`);
          expectThat(false, `${path} to go on`, `it ended with ${status} (${text})`);
        }
        const value = decode(message.value);
        if (enough(value)) return value;
      }
    } finally {
      call.cancel();
    }
  }

  /** The first state that fulfils `enough`; the present one by default. */
  state(enough: (state: WorkerState) => boolean = () => true): Promise<WorkerState> {
    const { path, request, response } = workerMethods.watchState;
    return this.read(path, request.encode(undefined), (bytes) => response.decode(bytes, peer), enough);
  }

  /** Waits until it takes jobs. */
  async ready(): Promise<void> {
    const { phase, reason } = await this.state(({ phase }) => ['ready', 'busy', 'failed'].includes(phase));
    expectThat(phase !== 'failed', 'the worker to become ready', `it failed: ${reason}`);
  }

  /** Waits until no job holds a slot: a handler may take a moment to stop after its job has ended. */
  async idle(): Promise<void> {
    await this.state(({ slotsFree, slotsTotal }) => slotsFree === slotsTotal);
  }

  /** Opens a call of RunJob that sends nothing yet. */
  call(options: { jobId?: string; secret?: string } = {}): ProbedJob {
    const { jobId = createJobId(), ...more } = options;
    this.#opened.push(jobId);
    return new ProbedJob(this.#probe.call(workerMethods.runJob.path, more), jobId, this.#wait);
  }

  /** Makes the `open` frame of a job. */
  frame(jobId: string, input: JsonValue, overrides: Partial<OpenFrame> = {}): OpenFrame {
    return {
      type: 'open',
      jobId,
      capability: this.#sample.capability,
      inputJson: new TextEncoder().encode(JSON.stringify(input)),
      deadline: Date.now() + DEADLINE_MS,
      traceparent: '',
      onDisconnect: 'cancel',
      stagedParts: [],
      ...overrides,
    };
  }

  /** Opens a job; sends no parts. */
  open(input: JsonValue, overrides: Partial<OpenFrame> = {}): ProbedJob {
    const job = this.call(overrides.jobId === undefined ? {} : { jobId: overrides.jobId });
    job.send(this.frame(job.jobId, input, overrides));
    return job;
  }

  /** Opens the sample's small job and sends all it needs. */
  openSmall(overrides: Partial<OpenFrame> = {}): ProbedJob {
    const job = this.open(this.#sample.input, overrides);
    job.sendParts(this.#sample.parts);
    job.end();
    return job;
  }

  /** Opens the sample's long job once there is a slot, and waits until it is accepted. */
  async openLong(overrides: Partial<OpenFrame> = {}): Promise<ProbedJob> {
    await this.state(({ slotsFree }) => slotsFree > 0);
    const job = this.open(this.#sample.longJob?.input ?? null, overrides);
    await job.accepted();
    return job;
  }

  /** Lets a long job end, and reads its frames. */
  async release(job: ProbedJob) {
    const { longJob } = this.#sample;
    if (longJob?.release !== undefined) await longJob.release({ jobId: job.jobId, jobsPath: this.jobsPath });
    job.sendParts(longJob?.parts);
    job.end();
    return job.finish();
  }

  attach(jobId: string, afterSequence = 0): ProbedStream {
    const { path, request } = workerMethods.attachJob;
    const call = this.#probe.call(path);
    call.write(request.encode({ jobId, afterSequence }));
    call.end();
    return new ProbedStream(call, this.#wait);
  }

  /** Attaches to what is still kept of a job, from its first frame if it can, and reads one frame. */
  async attachKept(jobId: string): Promise<{ stream: ProbedStream; first: ProbeFrame }> {
    for (let after = 0; ; ) {
      const stream = this.attach(jobId, after);
      const first = await stream.next();
      if (first !== undefined) {
        const { sequence } = first.frame;
        expectThat(sequence === after + 1, `frame ${after + 1} after ${after}`, `frame ${sequence} came`);
        return { stream, first };
      }
      const { oldestSequence } = await stream.expectRefusal('JOB_REPLAY_GONE');
      const isNewer = typeof oldestSequence === 'number' && oldestSequence > after + 1;
      expectThat(isNewer, `facts.oldestSequence to be over ${after + 1}`, `it was ${oldestSequence}`);
      after = oldestSequence - 1;
    }
  }

  cancel(jobId: string, graceMs = 10_000) {
    return this.ask(workerMethods.cancelJob, { jobId, reason: 'conformance', graceMs });
  }

  /** Cancels what the case left running, and disconnects. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.map((jobId) => this.cancel(jobId, 2000).catch(() => {})));
    this.#probe.close();
  }
}
