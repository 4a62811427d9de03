import type { ByocError } from '../../errors/byoc-error.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { JobFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import { createJobFrameMachine, type JobFrameMachine } from '../../protocol/machine/create-job-frame-machine.ts';
import type { PaymentDemand } from '../payment/job-payment.ts';
import { chargeJob } from './charge-job.ts';
import { checkOutput } from './check-output.ts';
import type { JobsContext } from './job-context.ts';
import { isUnpaid, type JobEnding } from './job-end.ts';
import type { JobSession } from './job-session.ts';

/** What became of some frames. */
export interface RelayedFrames {
  /** For the caller. */
  readonly out: OrchestratorFrame[];
  /** Present when the job ends with them. */
  readonly ending?: JobEnding;
  /** The worker broke a rule, and may go on with a job that has ended here. */
  readonly broken?: true;
}

/** A worker's frames on their way to the caller: checked, counted and charged. */
export class FrameRelay {
  /** Something came that the caller wanted. */
  hadOutput = false;
  /** The last frame that was checked and, as far as it goes, paid for. */
  #passed = 0;
  #ended = false;
  #moved = Promise.withResolvers<void>();
  readonly #demanded = new Set<(demand: PaymentDemand) => void>();
  #machine: JobFrameMachine;
  readonly #session: JobSession;
  readonly #context: Pick<JobsContext, 'clock' | 'limits'>;
  /** Aborted when somebody ends the job. */
  readonly #stop: AbortSignal;

  constructor(session: JobSession, context: Pick<JobsContext, 'clock' | 'limits'>, stop: AbortSignal) {
    this.#session = session;
    this.#context = context;
    this.#stop = stop;
    this.#machine = createJobFrameMachine({ jobId: session.job.jobId });
  }

  /** Checked: order, usage that counts, and the state. */
  get machine(): Pick<JobFrameMachine, 'state' | 'sequence' | 'usage'> {
    return this.#machine;
  }

  /** The frames up to this number were seen in another life. */
  startAfter(afterSequence: number): void {
    this.#machine = createJobFrameMachine({ jobId: this.#session.job.jobId, afterSequence });
  }

  /** Waits until the job has passed frames, and gives those that callers may have: all, or those before its end. */
  async passing(frames: readonly JobFrame[]): Promise<readonly JobFrame[]> {
    const last = frames.at(-1)?.sequence ?? 0;
    while (this.#passed < last && !this.#ended) await this.#moved.promise;
    const { usage } = this.#machine;
    return frames
      .filter(({ sequence }) => sequence <= this.#passed)
      .map((frame) => (frame.type === 'usage' ? { ...frame, usage } : frame));
  }

  /** Tells what is asked of the payer, now and later, until the returned function is called. */
  onDemand(listener: (demand: PaymentDemand) => void): () => void {
    this.#demanded.add(listener);
    void this.#session.job.payment.outstanding()?.then((demand) => this.#demanded.has(listener) && listener(demand));
    return () => void this.#demanded.delete(listener);
  }

  /** Nothing passes any more. */
  end(): void {
    this.#ended = true;
    this.#moved.resolve();
  }

  #pass(sequence: number): void {
    this.#passed = sequence;
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }

  /** Takes frames in order. `onUnpaid` is told why the job must stop for want of money. */
  async take(frames: readonly JobFrame[], onUnpaid: (error: ByocError) => void): Promise<RelayedFrames> {
    const out: OrchestratorFrame[] = [];
    for (const told of frames) {
      let frame: JobFrame;
      try {
        frame = this.#accept(told);
      } catch (error) {
        return { out, ending: { type: 'error', error: toByocError(error) }, broken: true };
      }
      if (frame.type === 'error') return { out, ending: { type: 'error', error: frame.error } };
      if (frame.type === 'result') {
        await this.#charge(frame, out, onUnpaid);
        return { out, ending: await checkOutput(this.#session, frame) };
      }
      // What is not paid for is not handed out.
      if (isUnpaid(this.#stop.reason)) continue;
      this.hadOutput ||= frame.type === 'event' || frame.type === 'chunk';
      out.push(frame);
      if (frame.type === 'usage') await this.#charge(frame, out, onUnpaid);
      this.#passed = frame.sequence;
    }
    this.#pass(this.#passed);
    return { out };
  }

  /** What a frame says of usage becomes what counts of it: callers are told that. */
  #accept(told: JobFrame): JobFrame {
    const counts = told.type === 'usage' || told.type === 'result';
    const { payment } = this.#session.job;
    const frame = counts ? { ...told, usage: payment.judge(told.usage, { last: told.type === 'result' }) } : told;
    this.#machine.accept(frame);
    return frame;
  }

  async #charge(frame: JobFrame, out: OrchestratorFrame[], onUnpaid: (error: ByocError) => void): Promise<void> {
    const { job, output } = this.#session;
    const onDemand = (demand: PaymentDemand) => {
      for (const tell of this.#demanded) tell(demand);
    };
    const facts = { frame, usage: this.#machine.usage, out, output, onDemand };
    const unpaid = await chargeJob(job.payment, facts, { ...this.#context, signal: this.#stop });
    if (unpaid !== undefined) onUnpaid(unpaid);
  }
}
