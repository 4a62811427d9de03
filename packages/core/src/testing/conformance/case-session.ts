import type { ConformanceSample } from './conformance-sample.ts';
import type { ConformanceTarget, OwnWorker, StartOptions, TargetWorker } from './conformance-target.ts';
import { ProbedWorker } from './probed-worker.ts';
import { createWait, type Wait } from './wait.ts';

/** What one case works with; all that it started ends with it. */
export class CaseSession {
  readonly target: ConformanceTarget;
  readonly sample: ConformanceSample;
  readonly wait: Wait;
  readonly #signal: AbortSignal;
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(target: ConformanceTarget, signal: AbortSignal) {
    this.target = target;
    this.sample = target.sample;
    this.wait = createWait(signal);
    this.#signal = signal;
  }

  /** The worker that cases share, ready and idle. */
  async worker(): Promise<ProbedWorker> {
    const shared = await this.wait(this.target.shared(this.#signal), 'the worker to listen');
    const worker = this.probe(shared);
    await worker.ready();
    await worker.idle();
    return worker;
  }

  /** Starts a worker of the case's own. */
  async start(options: Omit<StartOptions, 'signal'> = {}): Promise<OwnWorker> {
    const starting = this.target.start?.({ ...options, signal: this.#signal });
    if (starting === undefined) throw new TypeError('this target starts no workers');
    const own = await this.wait(starting, 'the worker to listen');
    this.#closers.push(() => own.stop());
    return own;
  }

  /** Starts a worker of the case's own and waits until it is ready. */
  async startReady(options: Omit<StartOptions, 'signal'> = {}): Promise<{ own: OwnWorker; worker: ProbedWorker }> {
    const own = await this.start(options);
    const worker = this.probe(own);
    await worker.ready();
    return { own, worker };
  }

  /** Connects to a worker. */
  probe(worker: TargetWorker): ProbedWorker {
    const probed = new ProbedWorker(worker, { sample: this.sample, wait: this.wait });
    this.#closers.push(() => probed.close());
    return probed;
  }

  /** Ends what the case started, the last first. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}
