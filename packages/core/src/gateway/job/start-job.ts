import type { AnyCapability } from '../../capability/capability.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { GatewayPaymentProvider, PayerSession } from '../../payment/payment-provider.ts';
import type { Clock } from '../../primitives/clock.ts';
import { findBlobRefs } from '../../primitives/find-blob-refs.ts';
import { createJobId } from '../../primitives/job-id.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import { abortable } from '../abortable.ts';
import { backoffDelayMs } from '../backoff-delay.ts';
import type { IndexedOffer } from '../offers/indexed-offer.ts';
import type { OfferFilter } from '../offers/offer-filter.ts';
import { recordOutcome } from '../offers/orchestrator-record.ts';
import type { SelectedOffer } from '../offers/select-offer.ts';
import type { OrchestratorLink } from '../orchestrator-link.ts';
import { type PreparedInput, prepareInput } from '../parts/prepare-input.ts';
import { type ContractChecks, typedChecks, untypedChecks } from './contract-checks.ts';
import { FrameBuffer } from './frame-buffer.ts';
import type { Job, JobResult, RunOptions } from './job.ts';
import type { JobInput } from './job-input.ts';
import { jobResult } from './job-result.ts';
import { type AttemptState, runAttempt } from './run-attempt.ts';

/** What a job needs from its gateway. */
export interface JobContext {
  readonly select: (filter: OfferFilter, excluded: ReadonlySet<string>) => SelectedOffer;
  readonly unreachable: () => { url: string; reason: string }[];
  readonly linkOf: (url: string) => OrchestratorLink | undefined;
  readonly ready: () => Promise<void>;
  readonly payment: readonly GatewayPaymentProvider[];
  readonly attemptsMax: number;
  readonly clock: Clock;
  readonly random: () => number;
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
  readonly #sends = new Map<string, AsyncIterable<Uint8Array>>();
  readonly #sent = new Set<string>();
  #jobId: string;
  #way = Promise.withResolvers<JobInput>();
  #checks: ContractChecks | undefined;
  #pending = 0;
  #awaited: ReadonlySet<string> = new Set();
  #mayEnd: boolean;
  #discard: (() => Promise<void>) | undefined;

  constructor(capability: AnyCapability | string, input: unknown, options: RunOptions, context: JobContext) {
    const { clock, closing } = context;
    this.#capability = capability;
    this.#options = options;
    this.#context = context;
    this.#jobId = options.jobId ?? createJobId();
    this.#mayEnd = options.keepOpen !== true;
    this.#way.promise.catch(() => {});
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
    this.result = abortable(this.#run(input), this.#stop.signal).finally(() => {
      done.abort();
      options.signal?.removeEventListener('abort', onAbort);
      closing.removeEventListener('abort', onClosing);
      this.#frames.end();
      this.#way.reject(new ByocError('INPUT_PART_INVALID', { part: '(any)', reason: 'the job has ended' }));
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
    const way = await this.#way.promise;
    const capability = typeof this.#capability === 'string' ? this.#capability : this.#capability.reference;
    const updatable = typeof this.#capability === 'string' || this.#capability.contract.update !== undefined;
    if (!updatable) throw new ByocError('JOB_UPDATE_UNSUPPORTED', { jobId: this.#jobId, capability });
    this.#checks?.update(params);
    await way.push({ type: 'update', paramsJson: encode(params) });
  }

  async send(part: string, data: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.#sends.has(part)) throw new ByocError('INPUT_PART_INVALID', { part, reason: 'it was sent already' });
    this.#sends.set(part, data);
    this.#pending += 1;
    try {
      const way = await this.#way.promise;
      await abortable(way.sendPart(part, data), this.#stop.signal);
      this.#sent.add(part);
    } finally {
      this.#pending -= 1;
      this.#endWhenDone();
    }
  }

  end(): void {
    this.#mayEnd = true;
    this.#awaited = new Set();
    this.#endWhenDone();
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

  #endWhenDone(): void {
    const whole = [...this.#awaited].every((part) => this.#sent.has(part));
    if (!this.#mayEnd || this.#pending > 0 || !whole) return;
    this.#way.promise.then((way) => way.sendEnd()).catch(() => {});
  }

  async #run(input: unknown): Promise<JobResult> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const prepared = await prepareInput(input, this.#options.parts);
    const typed = typeof this.#capability === 'string' ? undefined : typedChecks(this.#capability);
    typed?.input(prepared.json);
    const known = new Set(prepared.parts.map((part) => part.name));
    const named = findBlobRefs(prepared.json).flatMap((ref) => ('$part' in ref ? [ref.$part] : []));
    this.#awaited = new Set(named.filter((name) => !known.has(name)));
    const failures: { orchestrator: string; error: ByocError }[] = [];
    const excluded = new Set<string>();
    const again = new Set<string>();
    for (let number = 1; ; number += 1) {
      signal.throwIfAborted();
      const entry = await this.#choose(excluded, again, failures, number);
      if (number > 1) this.#jobId = createJobId();
      const state: AttemptState = { accepted: false, hadOutput: false, consumed: false, opened: false };
      try {
        return await this.#attempt(entry, prepared, typed, state, number);
      } catch (caught) {
        signal.throwIfAborted();
        const error = toByocError(caught);
        failures.push({ orchestrator: entry.slot.ref.url, error });
        const retryable = error.recovery === 'retry-other' || error.recovery === 'retry-same';
        const charged = error.charged !== undefined && error.charged.amountWei !== '0';
        const spent = state.hadOutput || state.consumed || this.#sends.size > 0 || charged;
        if (!retryable || spent) throw error;
        if (number >= this.#context.attemptsMax) throw this.#allFailed(failures);
        const mayRepeat = error.recovery === 'retry-same' && !state.accepted;
        excluded.add(entry.slot.ref.url);
        if (mayRepeat) again.add(entry.slot.ref.url);
        else again.delete(entry.slot.ref.url);
      }
    }
  }

  /** Another orchestrator first; the same one only after a pause, and only when its error allows that. */
  async #choose(
    excluded: Set<string>,
    again: ReadonlySet<string>,
    failures: readonly { orchestrator: string; error: ByocError }[],
    number: number,
  ): Promise<IndexedOffer> {
    const { select, ready, clock, random, unreachable } = this.#context;
    const { signal } = this.#stop;
    const { where, maxPrice, orchestrator, orderBy } = this.#options;
    const capability =
      typeof this.#capability === 'string' ? this.#capability : `${this.#capability.name}@^${this.#capability.version}`;
    const filter = { capability, where, maxPrice, orchestrator, orderBy };
    let selected = select(filter, excluded);
    if (selected.chosen === undefined && failures.length === 0) {
      await abortable(ready(), signal);
      selected = select(filter, excluded);
    }
    if (selected.chosen === undefined && again.size > 0) {
      for (const url of again) excluded.delete(url);
      await clock.sleep(backoffDelayMs(number, random), { signal });
      selected = select(filter, excluded);
    }
    if (selected.chosen !== undefined) return selected.chosen;
    if (failures.length > 0) throw this.#allFailed(failures);
    const removed = [...selected.removed].map(([name, offers]) => ({ filter: name, offers }));
    throw new ByocError('NO_OFFER_MATCHES', {
      capability,
      offered: selected.offered,
      removed,
      unreachable: unreachable(),
    });
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
    const payer = await this.#pay(entry);
    const startedAt = clock.now();
    slot.record = recordOutcome(slot.record, 'attempt', startedAt);
    try {
      const result = await runAttempt({
        jobId: this.#jobId,
        offer,
        link,
        inputJson: encode(prepared.json),
        parts: prepared.parts,
        checks,
        payer,
        maxCostWei: this.#options.maxCostWei ?? 0n,
        deadline: this.#deadline,
        traceparent: this.#options.traceparent ?? '',
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
        onInput: (way) => {
          this.#way.resolve(way);
          this.#endWhenDone();
        },
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
      await payer.session.close(undefined).catch(() => {});
      this.#way = Promise.withResolvers();
      this.#way.promise.catch(() => {});
      throw error;
    }
  }

  async #pay({ offer }: IndexedOffer): Promise<{ provider: string; session: PayerSession }> {
    const provider = this.#context.payment.find(({ name }) => offer.paymentProviders.includes(name));
    if (provider === undefined) {
      const mine = this.#context.payment.map(({ name }) => name).join(', ');
      throw new ByocError('PAYMENT_PROVIDER_UNKNOWN', { provider: mine, accepted: [...offer.paymentProviders] });
    }
    const { capability, contractDigest, price, orchestrator } = offer;
    const session = await provider.open(
      { jobId: this.#jobId, capability, contractDigest, price },
      { orchestrator: orchestrator.address, maxCostWei: this.#options.maxCostWei ?? 0n },
    );
    return { provider: provider.name, session };
  }

  /** One failure is told as it is; more are told together. */
  #allFailed(failures: readonly { orchestrator: string; error: ByocError }[]): ByocError {
    const cause = failures.at(-1)?.error;
    if (failures.length === 1 && cause !== undefined) return cause;
    const capability = typeof this.#capability === 'string' ? this.#capability : this.#capability.reference;
    const attempts = failures.map(({ orchestrator, error }) => ({
      orchestrator,
      code: error.code,
      message: error.shortMessage,
    }));
    return new ByocError('ALL_OFFERS_FAILED', { capability, attempts }, { cause });
  }
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value ?? null));
}
