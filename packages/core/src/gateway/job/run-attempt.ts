import { randomBytes } from 'node:crypto';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { ReceiptBytes } from '../../payment/payment-provider.ts';
import { priceOf } from '../../price/price-of.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { JobFrame, OpenJobFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import { createJobFrameMachine, type JobFrameMachine } from '../../protocol/machine/create-job-frame-machine.ts';
import { abortable } from '../abortable.ts';
import { backoffDelayMs } from '../backoff-delay.ts';
import type { Connection } from '../orchestrator-link.ts';
import type { JobAccess } from '../parts/parts-client.ts';
import { type PlacedUploads, placeUploads } from '../parts/place-uploads.ts';
import { untilAborted } from '../until-aborted.ts';
import type { AttemptPlan, AttemptResult } from './attempt.ts';
import { cancelJob } from './cancel-job.ts';
import { blobBytes, JobInput } from './job-input.ts';

type ResultFrame = Extract<OrchestratorFrame, { type: 'result' }>;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Runs one attempt to its end. Throws the error that ended it. */
export async function runAttempt(plan: AttemptPlan): Promise<AttemptResult> {
  const attempt = new Attempt(plan);
  try {
    return await attempt.run();
  } catch (error) {
    await attempt.abandon();
    throw toByocError(error);
  } finally {
    attempt.close();
  }
}

class Attempt {
  readonly #plan: AttemptPlan;
  readonly #access: JobAccess;
  readonly #input = new JobInput();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #machine: JobFrameMachine;
  #receipt: ReceiptBytes | undefined;
  #result: ResultFrame | undefined;
  /** The orchestrator has said that it failed. */
  #failed = false;
  #connection: Connection | undefined;
  #overHttps: PlacedUploads['overHttps'] = [];
  #uploading = false;
  /** The stream that opened the job is gone. */
  #attached = false;

  constructor(plan: AttemptPlan) {
    this.#plan = plan;
    this.#access = { jobId: plan.jobId, jobSecret: new Uint8Array(randomBytes(32)) };
    this.#signal = AbortSignal.any([plan.signal, this.#stop.signal]);
    this.#machine = createJobFrameMachine({ jobId: plan.jobId });
  }

  async run(): Promise<AttemptResult> {
    const { link, state } = this.#plan;
    this.#connection = await abortable(link.connection(), this.#signal);
    const { orchestrator } = this.#connection;
    const { localDirectory } = orchestrator.info;
    const { uploads, overHttps } = await placeUploads(this.#plan.parts, localDirectory, { signal: this.#signal });
    this.#overHttps = overHttps;
    const open = this.#openFrame(uploads);
    await this.#input.push(open);
    state.opened = true;
    try {
      const sending = this.#sendParts(open.uploads);
      sending.catch((error) => this.#stop.abort(error));
      await this.#read(orchestrator.runJob(this.#input.queue, { signal: this.#signal }));
    } catch (error) {
      if (!this.#isLost(error)) throw error;
      await this.#reattach(error);
    }
    return this.#finish();
  }

  close(): void {
    this.#input.close();
    // After a result nothing listens: a reason would only cost its stack trace.
    const { jobId } = this.#plan;
    const over = this.#result === undefined;
    this.#stop.abort(over ? new ByocError('JOB_CANCELLED', { jobId, reason: 'the attempt is over' }) : null);
  }

  /** Tells the orchestrator to stop, whatever it does then, and settles what it may have charged. */
  async abandon(): Promise<void> {
    const { funds, signal, state, track } = this.#plan;
    const connection = this.#connection;
    const ended = this.#failed || !state.opened;
    if (connection === undefined || ended) {
      await funds.close({ receipt: this.#receipt, refused: !state.accepted });
      return;
    }
    const reason = isByocError(signal.reason, 'JOB_CANCELLED') ? signal.reason.facts.reason : 'the gateway gave it up';
    track(cancelJob(connection, { ...this.#access, reason }, funds));
  }

  #openFrame(uploads: PlacedUploads['uploads']): OpenJobFrame {
    const plan = this.#plan;
    return {
      type: 'open-job',
      open: {
        type: 'open',
        jobId: plan.jobId,
        capability: plan.offer.capability,
        inputJson: plan.inputJson,
        deadline: plan.deadline,
        traceparent: plan.traceparent,
        onDisconnect: plan.onDisconnect,
        stagedParts: [],
        session: plan.session,
      },
      jobSecret: this.#access.jobSecret,
      contractDigest: plan.offer.contractDigest,
      payment: plan.funds.intent,
      uploads,
    };
  }

  async #sendParts(uploads: PlacedUploads['uploads']): Promise<void> {
    const apart = new Set(uploads.map((upload) => upload.name));
    for (const part of this.#plan.parts) {
      if (apart.has(part.name)) continue;
      if (part.blob.origin.type === 'stream') this.#plan.state.consumed = true;
      await this.#input.sendPart(part.name, blobBytes(part.blob, part.sizeBytes));
    }
    this.#plan.onInput(this.#input);
  }

  /** Uploads start when the orchestrator has answered: before that it does not know the job. */
  #startUploads(): void {
    if (this.#uploading || this.#connection === undefined) return;
    this.#uploading = true;
    const { parts } = this.#connection;
    const upload = async () => {
      for (const { name, ...file } of this.#overHttps)
        await parts.upload(this.#access, name, file, { signal: this.#signal });
    };
    upload().catch((error) => this.#stop.abort(error));
  }

  async #read(batches: AsyncIterable<readonly OrchestratorFrame[]>): Promise<void> {
    for await (const frames of untilAborted(batches, this.#signal)) {
      for (const frame of frames) await this.#take(frame);
      if (this.#result !== undefined) return;
    }
    const address = this.#plan.offer.orchestrator.url;
    throw new ByocError('CONNECTION_LOST', { address, reason: 'the stream ended without a result' });
  }

  async #take(frame: OrchestratorFrame): Promise<void> {
    const { emit, state, offer, checks } = this.#plan;
    if (this.#overHttps.length > 0) this.#startUploads();
    switch (frame.type) {
      case 'queued':
        return emit({ type: 'queued', position: frame.position });
      case 'receipt':
        this.#receipt = { receiptJson: frame.receiptJson, signature: frame.signature };
        return;
      case 'payment-required':
        return this.#pay(frame);
      case 'error':
        this.#failed = true;
        throw frame.error;
      default:
    }
    this.#machineFor(frame).accept(frame as JobFrame);
    if (frame.type === 'result') {
      state.hadOutput = true;
      this.#result = frame;
    } else if (frame.type === 'accepted') {
      state.accepted = true;
      await emit({ type: 'accepted', capability: frame.capability, orchestrator: offer.orchestrator });
    } else if (frame.type === 'progress') {
      await emit({ type: 'progress', progress: frame.progress });
    } else if (frame.type === 'usage') {
      if (priceOf(offer.price, frame.usage) > 0n) state.hadOutput = true;
      await emit({ type: 'usage', usage: frame.usage });
    } else if (frame.type === 'event') {
      state.hadOutput = true;
      await emit({ type: 'event', event: checks.event(parseJson(frame.eventJson, this.#plan.jobId)) });
    } else if (frame.type === 'chunk') {
      state.hadOutput = true;
      await emit({ type: 'chunk', part: frame.part, data: frame.data, last: frame.last });
    }
  }

  async #pay(demand: { data: Uint8Array; coverWei: bigint }): Promise<void> {
    // What was sent on the stream that broke may not have arrived.
    const data = await this.#plan.funds.topUp(demand, { again: this.#attached });
    if (!this.#attached) return this.#input.push({ type: 'payment', data });
    await this.#connection?.orchestrator.payJob({ ...this.#access, data }, { signal: this.#signal });
  }

  /** The final frame of a job that ended while we were away may come without those before it. */
  #machineFor(frame: OrchestratorFrame): JobFrameMachine {
    if (frame.type !== 'result' || frame.sequence <= this.#machine.sequence) return this.#machine;
    const { usage } = this.#machine;
    this.#machine = createJobFrameMachine({ jobId: this.#plan.jobId, afterSequence: frame.sequence - 1, usage });
    return this.#machine;
  }

  #isLost(error: unknown): boolean {
    if (this.#signal.aborted || this.#plan.onDisconnect !== 'continue' || !this.#plan.state.accepted) return false;
    return isByocError(error, 'CONNECTION_LOST') || isByocError(error, 'CONNECTION_FAILED');
  }

  async #reattach(lost: unknown): Promise<void> {
    const { link, clock, random } = this.#plan;
    this.#attached = true;
    let cause = lost;
    for (let tries = 0; this.#isLost(cause); tries += 1) {
      if (this.#connection !== undefined) link.renew(this.#connection);
      await clock.sleep(backoffDelayMs(tries, random, { baseMs: 100, capMs: 3_000 }), { signal: this.#signal });
      const before = this.#machine.sequence;
      try {
        this.#connection = await abortable(link.connection(), this.#signal);
        const afterSequence = this.#machine.sequence;
        await this.#read(
          this.#connection.orchestrator.attachJob({ ...this.#access, afterSequence }, { signal: this.#signal }),
        );
        return;
      } catch (error) {
        if (this.#machine.sequence > before) tries = 0;
        cause = error;
      }
    }
    throw cause;
  }

  async #finish(): Promise<AttemptResult> {
    const { funds, checks, jobId } = this.#plan;
    const result = this.#result as ResultFrame;
    const { usage } = this.#machine;
    // Before the output is looked at: what was paid is known, whatever it is worth.
    const payment = await funds.close({ receipt: this.#receipt, result: { usage, outputJson: result.outputJson } });
    this.#failed = true;
    const output = checks.output(parseJson(result.outputJson, jobId));
    return {
      output,
      outputJson: result.outputJson,
      usage,
      parts: result.parts,
      receipt: this.#receipt,
      payment,
      access: this.#access,
      connection: this.#connection as Connection,
    };
  }
}

function parseJson(bytes: Uint8Array, jobId: string): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new ByocError('FRAME_MALFORMED', { jobId, reason: 'it holds no JSON' }, { cause });
  }
}
