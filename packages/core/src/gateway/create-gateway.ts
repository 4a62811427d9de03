import { EventEmitter } from 'eventemitter3';
import type { AnyCapability } from '../capability/capability.ts';
import { createFreeGatewayProvider } from '../payment/free/free-gateway-provider.ts';
import type { CryptoEngine } from '../payment/keys/crypto-engine.ts';
import type { GatewayPaymentProvider } from '../payment/payment-provider.ts';
import { type Clock, systemClock } from '../primitives/clock.ts';
import { type Logger, silentLogger } from '../primitives/logger.ts';
import { connectOrchestrator } from '../protocol/orchestrator/connect-orchestrator.ts';
import type { EventSubscriber, GatewayEvents } from './gateway-events.ts';
import type { Job, JobOf, RunOptions } from './job/job.ts';
import type { RunInput } from './job/run-input.ts';
import { type JobContext, startJob } from './job/start-job.ts';
import type { GatewayOffer } from './offers/indexed-offer.ts';
import type { OfferFilter } from './offers/offer-filter.ts';
import { OfferIndex } from './offers/offer-index.ts';
import { recordOutcome } from './offers/orchestrator-record.ts';
import { selectOffer } from './offers/select-offer.ts';
import { type Connect, OrchestratorLink } from './orchestrator-link.ts';
import { createSpending } from './payment/create-spending.ts';
import { createMemoryReceiptStore, type ReceiptStore } from './payment/receipt-store.ts';
import { type GatewayQuote, type QuoteOptions, quoteJob } from './quote-job.ts';
import type { OrchestratorTarget, Source } from './source.ts';

export interface GatewayOptions {
  /** Who may be asked. */
  readonly sources: readonly Source[];
  /** Ways to pay, preferred first. @default the free provider */
  readonly payment?: readonly GatewayPaymentProvider[] | undefined;
  /** The most that all jobs of this gateway may cost together, wei. A hard limit. @default none */
  readonly budgetWei?: bigint | undefined;
  /** Where checked receipts are kept. @default in memory, the last 10,000 */
  readonly receipts?: ReceiptStore | undefined;
  /** Checks receipts: of `loadCryptoEngine` of `@byoc/core/payment/livepeer`. @default plain JavaScript, some 20 times slower */
  readonly engine?: CryptoEngine | undefined;
  readonly policy?: {
    /** Orchestrators tried for one job at most. @default 3 */
    readonly attemptsMax?: number | undefined;
    /** How long a job with no offer waits for an orchestrator that was lost a moment ago. @default 2000 */
    readonly reconnectWaitMs?: number | undefined;
  };
  readonly logger?: Logger | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
  /** Gives 0 to 1. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** @default connectOrchestrator of `@byoc/core/protocol` */
  readonly connect?: Connect | undefined;
}

/** How long a job waits for sources and orchestrators that have not answered yet. */
const FIRST_ANSWER_MS = 10_000;
const RECONNECT_WAIT_MS = 2_000;

/** Finds, chooses and calls capabilities of orchestrators. */
export interface Gateway extends AsyncDisposable {
  /** Offers that pass a filter, best first. Looks at the index only: no network. */
  query(filter?: OfferFilter): GatewayOffer[];
  /** Runs a typed capability. */
  run<C extends AnyCapability>(capability: C, input: RunInput<C>, options?: RunOptions): JobOf<C>;
  /** Runs a capability by its reference, for example `video/transcode@^1`; checked by the offer's contract. */
  run(capability: string, input: unknown, options?: RunOptions): Job;
  /** Asks what an input costs at most. The quote is signed by the orchestrator, and checked. */
  quote(capability: AnyCapability | string, input: unknown, options?: QuoteOptions): Promise<GatewayQuote>;
  /** Spent so far, and let be taken by jobs that run, wei. */
  readonly spentWei: bigint;
  readonly offers: EventSubscriber<GatewayEvents>;
  /** Resolves when each source and each orchestrator has answered once, or failed. */
  ready(): Promise<void>;
  /** Cancels what runs and closes every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * Creates a gateway.
 *
 * @example
 * await using gateway = createGateway({ sources: [staticSource(['https://127.0.0.1:7935'])] });
 * const { output } = await gateway.run(echo, { text: 'hello' }).result;
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { clock = systemClock, random = Math.random, logger = silentLogger } = options;
  const index = new OfferIndex();
  const events = new EventEmitter<GatewayEvents>();
  const stop = new AbortController();
  const links = new Map<string, OrchestratorLink>();
  const tracked = new Set<Promise<unknown>>();
  let change = Promise.withResolvers<void>();
  const onChange = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  const linkContext = {
    onChange,
    connect: options.connect ?? connectOrchestrator,
    index,
    clock,
    random,
    logger,
    emit: ((event: keyof GatewayEvents, payload: never) => events.emit(event, payload)) as never,
  };

  const lists = options.sources.map(() => [] as readonly OrchestratorTarget[]);
  const reconcile = () => {
    const wanted = new Map(lists.flat().map((target) => [target.url.replace(/\/$/, ''), target]));
    for (const [url, link] of links) {
      if (wanted.get(url)?.address === link.target.address && wanted.has(url)) continue;
      links.delete(url);
      void link.close();
    }
    for (const [url, target] of wanted)
      if (!links.has(url)) links.set(url, new OrchestratorLink({ ...target, url }, linkContext));
    onChange();
  };
  const follow = async (source: Source, at: number, first: () => void) => {
    try {
      for await (const targets of source.targets({ signal: stop.signal })) {
        if (stop.signal.aborted) return;
        lists[at] = targets;
        reconcile();
        first();
      }
    } catch (error) {
      if (!stop.signal.aborted) logger.error({ source: source.name, error }, 'source failed');
    } finally {
      first();
    }
  };
  let silentSources = options.sources.length;
  const firstLists = options.sources.map((source, at) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    void follow(source, at, resolve);
    return promise.then(() => {
      silentSources -= 1;
      onChange();
    });
  });
  const ready = async () => {
    await Promise.all(firstLists);
    await Promise.all([...links.values()].map((link) => link.ready));
  };

  const jobs: JobContext = {
    select: (filter, excluded) =>
      selectOffer({ candidates: index.candidates(filter.capability), filter, excluded, now: clock.now(), random }),
    unreachable: () =>
      [...links.values()].flatMap(({ failure, target }) =>
        failure === undefined ? [] : [{ url: target.url, reason: failure }],
      ),
    worthWaitingMs(excluded) {
      const states = [...links].map(([url, link]) => (excluded.has(url) ? undefined : link.connecting));
      if (silentSources > 0 || states.includes('first')) return FIRST_ANSWER_MS;
      return states.includes('again') ? (options.policy?.reconnectWaitMs ?? RECONNECT_WAIT_MS) : 0;
    },
    async retryLost(excluded) {
      await Promise.all([...links].map(([url, link]) => (excluded.has(url) ? undefined : link.retry())));
    },
    changed: () => change.promise,
    linkOf: (url) => links.get(url),
    purse: {
      providers: options.payment ?? [createFreeGatewayProvider()],
      spending: createSpending(options.budgetWei),
      receipts: options.receipts ?? createMemoryReceiptStore(),
      engine: options.engine,
      onRefused(event) {
        const { jobId, orchestrator, problem } = event;
        logger.warn({ jobId, orchestrator: orchestrator.url, err: problem }, 'receipt refused');
        const slot = links.get(orchestrator.url)?.slot;
        if (slot !== undefined) slot.record = recordOutcome(slot.record, 'failure', clock.now());
        events.emit('receipt-refused', event);
      },
    },
    attemptsMax: options.policy?.attemptsMax ?? 3,
    clock,
    random,
    closing: stop.signal,
    track(work) {
      const tracking = work.finally(() => tracked.delete(tracking));
      tracked.add(tracking);
    },
  };

  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      stop.abort();
      // The end of one work may begin another: a job that is given up is cancelled.
      while (tracked.size > 0) await Promise.allSettled([...tracked]);
      await Promise.all([...links.values()].map((link) => link.close()));
      for (const provider of jobs.purse.providers) await provider.close?.();
      events.removeAllListeners();
    })();
    return closed;
  };
  return {
    query: (filter = {}) => index.query(filter),
    run: ((capability: AnyCapability | string, input: unknown, runOptions: RunOptions = {}) =>
      startJob(capability, input, runOptions, jobs)) as Gateway['run'],
    quote: (capability, input, quoteOptions = {}) => quoteJob(capability, input, quoteOptions, jobs),
    get spentWei() {
      return jobs.purse.spending.spentWei;
    },
    offers: events as unknown as EventSubscriber<GatewayEvents>,
    ready,
    close,
    [Symbol.asyncDispose]: close,
  };
}
