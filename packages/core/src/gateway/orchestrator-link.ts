import { isByocError } from '../errors/byoc-error.ts';
import type { Clock } from '../primitives/clock.ts';
import type { Logger } from '../primitives/logger.ts';
import type {
  ConnectedOrchestrator,
  ConnectOrchestratorOptions,
} from '../protocol/orchestrator/connect-orchestrator.ts';
import { abortable } from './abortable.ts';
import { backoffDelayMs } from './backoff-delay.ts';
import type { GatewayEvents } from './gateway-events.ts';
import type { OrchestratorSlot } from './offers/indexed-offer.ts';
import type { OfferIndex } from './offers/offer-index.ts';
import { newOrchestratorRecord } from './offers/orchestrator-record.ts';
import { PartsClient } from './parts/parts-client.ts';
import type { OrchestratorTarget } from './source.ts';

/** Connects to an orchestrator. */
export type Connect = (options: ConnectOrchestratorOptions) => Promise<ConnectedOrchestrator>;

export interface LinkContext {
  readonly connect: Connect;
  readonly index: OfferIndex;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Called after its offers or its connection changed. */
  readonly onChange: () => void;
  readonly emit: <K extends keyof GatewayEvents>(event: K, ...args: Parameters<GatewayEvents[K]>) => void;
}

/** A connection in use, with its HTTPS side. */
export interface Connection {
  readonly orchestrator: ConnectedOrchestrator;
  readonly parts: PartsClient;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** A connection that is gone for less than this is expected back. */
const RECENT_MS = 10_000;
/** Jobs that want a lost orchestrator make it be tried so often at most. */
const TRY_APART_MS = 200;

/** Keeps one orchestrator connected and its offers in the index, until it is closed. */
export class OrchestratorLink {
  readonly target: OrchestratorTarget;
  /** Settles with the first answer, or the first failure. Never rejects. */
  readonly ready: Promise<void>;
  /** Why it does not answer; undefined while it does. */
  failure: string | undefined;
  slot: OrchestratorSlot | undefined;
  /** When it stopped answering. */
  #failedAt = 0;
  /** When it last did not answer. */
  #triedAt = 0;
  /** Ends the pause before the next try; undefined during a try. */
  #pause: AbortController | undefined;
  /** Resolves when the next answer, or failure, is there. */
  #decided = Promise.withResolvers<void>();
  #settled = false;
  readonly #context: LinkContext;
  readonly #stop = new AbortController();
  #connection: Promise<Connection> | undefined;
  readonly #opened = new Set<Connection>();
  #resolveReady: () => void;

  constructor(target: OrchestratorTarget, context: LinkContext) {
    this.target = target;
    this.#context = context;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#resolveReady = () => {
      this.#settled = true;
      resolve();
    };
    void this.#watch();
  }

  /** `first`: it has not answered yet. `again`: it is gone, but not for long. Undefined: waiting for it is no use. */
  get connecting(): 'first' | 'again' | undefined {
    if (!this.#settled) return 'first';
    if (this.failure === undefined || this.#context.clock.now() - this.#failedAt >= RECENT_MS) return undefined;
    return 'again';
  }

  /**
   * Tries an orchestrator that is lost without waiting for its whole pause: a job wants it now. Resolves when it has answered
   * or failed; at once when it is not lost.
   */
  async retry(): Promise<void> {
    if (this.failure === undefined || this.#failedAt === Number.NEGATIVE_INFINITY) return;
    const { clock } = this.#context;
    const pause = this.#pause;
    const decided = this.#decided.promise;
    if (pause !== undefined) {
      const leftMs = this.#triedAt + TRY_APART_MS - clock.now();
      if (leftMs > 0) await clock.sleep(leftMs, { signal: this.#stop.signal, unref: false }).catch(() => {});
      pause.abort(null);
    }
    await decided;
  }

  /** The connection that stands, or a new one. */
  connection(): Promise<Connection> {
    this.#connection ??= this.#connect().catch((error) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  /** Makes the next call connect anew. The old connection stays open for what still runs on it. */
  renew(connection: Connection): void {
    void this.#connection?.then(
      (current) => {
        if (current === connection) this.#connection = undefined;
      },
      () => {},
    );
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the gateway closes'));
    this.#resolveReady();
    this.#decided.resolve();
    if (this.slot !== undefined) this.#context.index.remove(this.slot);
    await Promise.all([...this.#opened].map(closeConnection));
  }

  async #connect(): Promise<Connection> {
    const { clock, random, connect } = this.#context;
    const limit = new AbortController();
    const done = new AbortController();
    clock.sleep(CONNECT_TIMEOUT_MS, { signal: done.signal, unref: true }).then(
      () => limit.abort(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`)),
      () => {},
    );
    try {
      const signal = AbortSignal.any([this.#stop.signal, limit.signal]);
      const orchestrator = await abortable(
        connect({ url: this.target.url, expectedAddress: this.target.address, signal }),
        signal,
      );
      const connection = { orchestrator, parts: new PartsClient(orchestrator, { clock, random }) };
      this.#opened.add(connection);
      return connection;
    } finally {
      done.abort();
    }
  }

  async #watch(): Promise<void> {
    const { clock, random, logger, emit, index, onChange } = this.#context;
    const { signal } = this.#stop;
    const { url } = this.target;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      let connection: Connection | undefined;
      try {
        connection = await this.connection();
        await this.#retireOthers(connection);
        for await (const change of connection.orchestrator.watchOffers({ capability: '' }, { signal })) {
          if (signal.aborted) return;
          const slot = this.#slotOf(connection.orchestrator);
          if (this.failure !== undefined || attempt === 0 || change.snapshot) attempt = 1;
          this.failure = undefined;
          const { changed, removed } = index.apply(slot, change);
          for (const offer of changed) emit('offer-changed', offer);
          for (const offer of removed) emit('offer-removed', offer);
          this.#resolveReady();
          this.#decided.resolve();
          onChange();
        }
        throw new Error('it ended the stream of offers');
      } catch (error) {
        if (signal.aborted) return;
        const reason = (isByocError(error) ? error.shortMessage : (error as Error).message).replace(/\.+$/, '');
        if (connection !== undefined) this.renew(connection);
        if (this.slot !== undefined) for (const offer of index.remove(this.slot)) emit('offer-removed', offer);
        const wasLost = this.failure !== undefined;
        // Another identity does not mend itself soon.
        if (isByocError(error) && error.code.startsWith('IDENTITY_')) this.#failedAt = Number.NEGATIVE_INFINITY;
        else if (!wasLost) this.#failedAt = clock.now();
        this.failure = reason;
        if (!wasLost) emit('orchestrator-lost', { url, reason });
        logger.warn({ url, reason, attempt }, 'orchestrator lost');
        this.#resolveReady();
        this.#decided.resolve();
        onChange();
      }
      this.#decided = Promise.withResolvers();
      this.#triedAt = clock.now();
      this.#pause = new AbortController();
      const early = AbortSignal.any([signal, this.#pause.signal]);
      await clock.sleep(backoffDelayMs(attempt, random), { signal: early, unref: true }).catch(() => {});
      this.#pause = undefined;
    }
  }

  #slotOf({ info }: ConnectedOrchestrator): OrchestratorSlot {
    if (this.slot?.ref.address === info.address) return this.slot;
    if (this.slot !== undefined) this.#context.index.remove(this.slot);
    const ref = { url: this.target.url, address: info.address, labels: info.labels };
    this.slot = { ref, record: newOrchestratorRecord };
    this.#context.emit('orchestrator-found', ref);
    return this.slot;
  }

  /** A call on a connection that was lost has ended too; at most one older connection is kept for stragglers. */
  async #retireOthers(current: Connection): Promise<void> {
    const older = [...this.#opened].filter((connection) => connection !== current);
    for (const connection of older.slice(0, -1)) {
      this.#opened.delete(connection);
      await closeConnection(connection);
    }
  }
}

async function closeConnection({ orchestrator, parts }: Connection): Promise<void> {
  orchestrator.close();
  await parts.close();
}
