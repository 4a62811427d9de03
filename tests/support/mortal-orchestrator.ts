import { DatabaseSync } from 'node:sqlite';
import { createLivepeerOrchestratorProvider, type LivepeerChain } from '@byoc/core/payment/livepeer';
import { collect, type Script, secret, setUpJobs, signer } from '../../packages/core/src/orchestrator/jobs/jobs-lab.ts';
import type { HostedPlugin } from '../../packages/core/src/orchestrator/plugin-host.ts';
import type { PriceSheet } from '../../packages/core/src/price/price-sheet.ts';
import type { OrchestratorFrame } from '../../packages/core/src/protocol/frames.ts';
import { createLookClock } from './look-clock.ts';

/** Where an orchestrator dies: at its `at`th point from now. */
export interface Death {
  /** Counted down at each; 0 or below: it lives. */
  at: number;
}

/** An orchestrator on a database file that is paid with tickets, until it dies. */
export interface MortalOrchestrator {
  readonly lab: ReturnType<typeof setUpJobs>;
  readonly provider: ReturnType<typeof createLivepeerOrchestratorProvider>;
  /** Resolves when it dies; from then on it can neither read nor write, nor send anything to the chain. */
  readonly died: Promise<void>;
  readonly isDead: boolean;
  /** Looks at the chain, and brings each winner a step on. */
  look(): Promise<void>;
  /** What a caller is told that comes back for a job that has ended. */
  attach(jobId: string): Promise<OrchestratorFrame[]>;
  /** Leaves its file as a process does that is gone: what was not committed is not there. */
  close(): Promise<void>;
}

/**
 * Opens an orchestrator, and ends the jobs of its life before. A point at which it can die is before each write, and before and
 * after it sends a transaction.
 */
export async function openMortalOrchestrator(
  file: string,
  { chain, price, script, death }: { chain: LivepeerChain; price: PriceSheet; script: Script; death: Death },
): Promise<MortalOrchestrator> {
  const dying = Promise.withResolvers<void>();
  let isDead = false;
  const live = () => {
    if (isDead) throw new Error('killed');
  };
  const point = () => {
    live();
    if (death.at <= 0 || --death.at > 0) return;
    isDead = true;
    dying.resolve();
    live();
  };
  const rpc: LivepeerChain['rpc'] = {
    async request(call, options) {
      const isSending = call.method === 'eth_sendRawTransaction';
      if (isSending) point();
      else live();
      const result = await chain.rpc.request(call, options);
      if (isSending) point();
      return result;
    },
  };
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  const { clock, pollMs, look } = createLookClock();
  const provider = createLivepeerOrchestratorProvider({
    ...{ chain: { ...chain, rpc }, signer, secret: Buffer.alloc(32, 0x11), pollMs, staleMs: pollMs },
    // Low, so that many a ticket wins.
    faceValueMaxWei: 2n * 10n ** 15n,
  });
  const started = Promise.withResolvers<void>();
  const start: typeof provider.start = async (host) => {
    try {
      await provider.start?.(host);
      started.resolve();
    } catch (error) {
      started.reject(error);
    }
  };
  const lab = setUpJobs({
    ...{ database: watched(database, { live, point }), providers: [{ ...provider, start }] },
    ...{ price, script, clock },
  });
  await started.promise;
  /** What is left of a job is its row: no worker has outlived its orchestrator. */
  const withoutWorker = async <T>(work: () => Promise<T>): Promise<T> => {
    const { worker } = lab.host.get('echo') as HostedPlugin;
    lab.change({ worker: undefined });
    return work().finally(() => lab.change({ worker }));
  };
  await withoutWorker(() => lab.jobs.recover());
  return {
    ...{ lab, provider, look, died: dying.promise },
    attach: (jobId) => withoutWorker(() => collect(lab.jobs.attachJob({ jobId, jobSecret: secret, afterSequence: 0 }))),
    get isDead() {
      return isDead;
    },
    async close() {
      isDead = true;
      await lab.desk.close();
      database.close();
    },
  };
}

/** A database that asks `live` before it is used, and `point` before each write. */
function watched(database: DatabaseSync, { live, point }: { live(): void; point(): void }): DatabaseSync {
  const through = (target: object, onCall: (name: string | symbol) => void, map = (value: unknown) => value) =>
    new Proxy(target, {
      get(_, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]) => {
          onCall(name);
          return map(Reflect.apply(value, target, values));
        };
      },
    });
  const statement = (value: unknown) =>
    typeof value === 'object' && value !== null ? through(value, (name) => (name === 'run' ? point() : live())) : value;
  return through(database, live, statement) as DatabaseSync;
}
