import type { AnyCapability } from '../../capability/capability.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { findBlobRefs } from '../../primitives/find-blob-refs.ts';
import { createJobId } from '../../primitives/job-id.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import { abortable } from '../abortable.ts';
import type { IndexedOffer } from '../offers/indexed-offer.ts';
import { recordOutcome } from '../offers/orchestrator-record.ts';
import type { OrchestratorLink } from '../orchestrator-link.ts';
import { type PreparedInput, prepareInput } from '../parts/prepare-input.ts';
import { openFunds, type Purse } from '../payment/open-funds.ts';
import type { AttemptState } from './attempt.ts';
import { allFailed, chooseOffer, type FailedAttempt, type OfferView, wantedReference } from './choose-offer.ts';
import { type ContractChecks, typedChecks, untypedChecks } from './contract-checks.ts';
import { FrameBuffer } from './frame-buffer.ts';
import type { Job, JobResult, RunOptions } from './job.ts';
import { jobResult } from './job-result.ts';
import { LiveInput } from './live-input.ts';
import { runAttempt } from './run-attempt.ts';

/** What a job needs from its gateway. */
export interface JobContext extends OfferView {
  readonly linkOf: (url: string) => OrchestratorLink | undefined;
  readonly purse: Purse;
  readonly attemptsMax: number;
  /** Aborted when the gateway closes. */
  readonly closing: AbortSignal;
  /** Work to finish before the gateway is closed. */
  readonly track: (work: Promise<void>) => void;
}

const DEADLINE_MS = 600_000;

/** Starts a job. Its promise of a result is safe to ignore. */
export function startJob(
  capability: AnyCapability | string,
  input: unknown,
  options: RunOptions,
  context: JobContext,
): Job {
  return new GatewayJob(capability, input, options, context);
}

class GatewayJob implements Job {
  readonly result: Promise<JobResult>;
  readonly #capability: AnyCapability | string;
  readonly #options: RunOptions;
  readonly #context: JobContext;
  readonly #frames = new FrameBuffer<unknown>();
  readonly #stop = new AbortController();
  readonly #deadline: number;
  readonly #live: LiveInput;
  #jobId: string;
  #checks: ContractChecks | undefined;
  #discard: (() => Promise<void>) | undefined;

  constructor(capability: AnyCapability | string, input: unknown, options: RunOptions, context: JobContext) {
    const { clock, closing } = context;
    this.#capability = capability;
    this.#options = options;
    this.#context = context;
    this.#jobId = options.jobId ?? createJobId();
    this.#live = new LiveInput({ keepOpen: options.keepOpen === true, signal: this.#stop.signal });
    const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#deadline = clock.now() + deadlineMs;
    const done = new AbortController();
    clock.sleep(Math.max(0, deadlineMs), { signal: done.signal, unref: false }).then(
      () =>
        this.#stop.abort(
          new ByocError('JOB_DEADLINE_EXCEEDED', {
            jobId: this.#jobId,
            deadline: new Date(this.#deadline).toISOString(),
          }),
        ),
      () => {},
    );
    const onAbort = () => this.cancel('the caller aborted it');
    const onClosing = () => this.cancel('the gateway was closed');
    options.signal?.addEventListener('abort', onAbort, { once: true });
    closing.addEventListener('abort', onClosing, { once: true });
    if (options.signal?.aborted) onAbort();
    if (closing.aborted) this.#stop.abort(new ByocError('GATEWAY_CLOSED', {}));
    const running = this.#run(input);
    // Beyond an abort: what it tells the orchestrator then is told before the gateway closes its connections.
    context.track(
      running.then(
        () => {},
        () => {},
      ),
    );
    this.result = abortable(running, this.#stop.signal).finally(() => {
      done.abort(null);
      options.signal?.removeEventListener('abort', onAbort);
      closing.removeEventListener('abort', onClosing);
      this.#frames.end();
      this.#live.close();
    });
    this.result.catch(() => {});
  }

  get jobId(): string {
    return this.#jobId;
  }

  cancel(reason = 'the caller cancelled it'): void {
    this.#stop.abort(new ByocError('JOB_CANCELLED', { jobId: this.#jobId, reason }));
  }

  async update(params: unknown): Promise<void> {
    await this.#live.opened();
    const capability = typeof this.#capability === 'string' ? this.#capability : this.#capability.reference;
    const updatable = typeof this.#capability === 'string' || this.#capability.contract.update !== undefined;
    if (!updatable) throw new ByocError('JOB_UPDATE_UNSUPPORTED', { jobId: this.#jobId, capability });
    this.#checks?.update(params);
    await this.#live.push({ type: 'update', paramsJson: encode(params) });
  }

  send(part: string, data: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#live.send(part, data);
  }

  end(): void {
    this.#live.end();
  }

  async close(): Promise<void> {
    this.cancel('the job was closed');
    await this.result.catch(() => {});
    await this.#discard?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator]() {
    return this.#frames.read();
  }

  async #run(input: unknown): Promise<JobResult> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const prepared = await prepareInput(input, this.#options.parts);
    const typed = typeof this.#capability === 'string' ? undefined : typedChecks(this.#capability);
    typed?.input(prepared.json);
    const known = new Set(prepared.parts.map((part) => part.name));
    const named = findBlobRefs(prepared.json).flatMap((ref) => ('$part' in ref ? [ref.$part] : []));
    this.#live.expect(new Set(named.filter((name) => !known.has(name))));
    const { where, model, maxPrice, orderBy, quote } = this.#options;
    const orchestrator = quote?.orchestrator.url ?? this.#options.orchestrator;
    const filter = { capability: wantedReference(this.#capability), where, model, maxPrice, orchestrator, orderBy };
    const failures: FailedAttempt[] = [];
    for (let number = 1; ; number += 1) {
      signal.throwIfAborted();
      const entry = await chooseOffer(this.#context, filter, { failures, signal });
      if (number > 1) this.#jobId = createJobId();
      const state: AttemptState = { accepted: false, hadOutput: false, consumed: false, opened: false };
      try {
        return await this.#attempt(entry, prepared, typed, state, number);
      } catch (caught) {
        signal.throwIfAborted();
        const error = toByocError(caught);
        const mayRepeat = error.recovery === 'retry-same' && !state.accepted;
        failures.push({ orchestrator: entry.slot.ref.url, error, mayRepeat });
        const retryable = error.recovery === 'retry-other' || error.recovery === 'retry-same';
        const charged = error.charged !== undefined && error.charged.amountWei !== '0';
        const spent = state.hadOutput || state.consumed || this.#live.used || charged;
        if (!retryable || spent) throw error;
        if (number >= this.#context.attemptsMax) throw allFailed(filter.capability, failures);
      }
    }
  }

  async #attempt(
    entry: IndexedOffer,
    prepared: PreparedInput,
    typed: ContractChecks | undefined,
    state: AttemptState,
    number: number,
  ): Promise<JobResult> {
    const { clock, random, linkOf } = this.#context;
    const { offer, slot } = entry;
    const checks = typed ?? untypedChecks(offer.contract);
    if (typed === undefined) checks.input(prepared.json);
    this.#checks = checks;
    const link = linkOf(slot.ref.url);
    if (link === undefined)
      throw new ByocError('CONNECTION_FAILED', { address: slot.ref.url, reason: 'its source no longer names it' });
    const inputJson = encode(prepared.json);
    const { maxCostWei, quote, receipt = false } = this.#options;
    const funds = await openFunds(
      this.#context.purse,
      {
        ...{ jobId: this.#jobId, offer, link, input: prepared.json, inputJson, deadline: this.#deadline },
        ...{ maxCostWei: maxCostWei ?? quote?.quote.maxCostWei ?? 0n, quote: quote?.signed, receipt },
      },
      clock,
    );
    const startedAt = clock.now();
    slot.record = recordOutcome(slot.record, 'attempt', startedAt);
    try {
      const result = await runAttempt({
        jobId: this.#jobId,
        offer,
        link,
        inputJson,
        parts: prepared.parts,
        checks,
        funds,
        deadline: this.#deadline,
        traceparent: this.#options.traceparent ?? '',
        session: this.#options.session,
        onDisconnect: this.#options.onDisconnect ?? 'continue',
        signal: this.#stop.signal,
        clock,
        random,
        state,
        track: (work) => this.#context.track(work),
        emit: async (frame) => {
          if (frame.type === 'accepted')
            slot.record = recordOutcome(slot.record, 'accepted', clock.now(), clock.now() - startedAt);
          await this.#frames.push(frame);
        },
        onInput: (way) => this.#live.open(way),
      });
      slot.record = recordOutcome(slot.record, 'success', clock.now());
      const handle = jobResult(result, { offer, jobId: this.#jobId, attempts: number }, (work) =>
        this.#context.track(work),
      );
      this.#discard = handle.discard;
      return handle.result;
    } catch (error) {
      if (!this.#stop.signal.aborted && toByocError(error).status.http >= 500)
        slot.record = recordOutcome(slot.record, 'failure', clock.now());
      this.#live.reset();
      throw error;
    }
  }
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value ?? null));
}
