import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { parseManifest } from '../../manifest/parse-manifest.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { WorkerService, WorkerState } from '../../protocol/worker-service.ts';
import type { StartedWorker, WorkerExit } from '../../runtime/container-runtime.ts';
import { healthyWorker, judgeHealth } from '../lifecycle/health-hysteresis.ts';
import { waitForListener } from './wait-for-listener.ts';
import type { WorkerWaits } from './worker-waits.ts';

const RECONNECT_MS = 200;

/** A connection to a worker. */
export interface WorkerConnection extends WorkerService {
  health(): Promise<'serving' | 'not-serving'>;
  close(): void;
}

/** What the link tells. */
export interface WorkerLinkEvents {
  onState(state: WorkerState): void;
  onSilent(error: ByocError): void;
  onMismatch(error: ByocError): void;
  onExit(exit: WorkerExit): void;
}

/** The host's hold on one worker: its process, its connection, its state stream and its health. */
export interface WorkerLink {
  readonly started: StartedWorker;
  readonly connection: WorkerConnection;
  /** Aborted when the worker is gone; its reason explains the end. */
  readonly gone: AbortSignal;
  /** Lets go without ending the worker. */
  release(): void;
}

/** Follows a started worker until it ends or is released. */
export function linkWorker(
  started: StartedWorker,
  options: {
    manifest: Manifest;
    connect: (worker: StartedWorker) => WorkerConnection;
    clock: Clock;
    waits: WorkerWaits;
    events: WorkerLinkEvents;
  },
): WorkerLink {
  const { manifest, clock, waits, events } = options;
  const plugin = manifest.name;
  const gone = new AbortController();
  const released = new AbortController();
  const over = AbortSignal.any([gone.signal, released.signal]);
  const connection = options.connect(started);

  void started.exited.then((exit) => {
    const { exitCode = null, signal = null, outOfMemory, logTail } = exit;
    gone.abort(new ByocError('WORKER_ENDED', { plugin, exitCode, signal, outOfMemory, logTail: [...logTail] }));
    connection.close();
    if (!released.signal.aborted) events.onExit(exit);
  });

  async function follow(): Promise<void> {
    await waitForListener(started.address, clock, over);
    await checkManifest();
    // Its sleep ends with the worker.
    watchHealth().catch(() => {});
    while (!over.aborted) {
      try {
        for await (const state of connection.watchState({ signal: over })) events.onState(state);
      } catch {
        // The health check decides what a broken stream means.
      }
      await clock.sleep(RECONNECT_MS, { signal: over });
    }
  }

  async function checkManifest(): Promise<void> {
    const served = parseManifest(new TextDecoder().decode(await connection.getManifest({ signal: over })), {
      location: `the worker of ${plugin}`,
    });
    const digests = (of: Manifest) =>
      of.capabilities
        .map(({ digest, contract }) => `${contract.name}@${contract.version} ${digest.slice(0, 19)}`)
        .sort();
    if (digests(served).join() === digests(manifest).join()) return;
    throw new ByocError('WORKER_MANIFEST_MISMATCH', { plugin, stated: digests(manifest), served: digests(served) });
  }

  async function watchHealth(): Promise<void> {
    let health = healthyWorker;
    while (!over.aborted) {
      await clock.sleep(waits.healthEveryMs, { signal: over, unref: true });
      const late = new AbortController();
      const answered = await Promise.race([
        connection.health().then(
          () => true,
          () => false,
        ),
        clock.sleep(waits.healthAnswerMs, { signal: late.signal, unref: true }).then(
          () => false,
          () => false,
        ),
      ]);
      late.abort();
      health = judgeHealth(health, answered);
      if (!health.healthy)
        return events.onSilent(
          new ByocError('WORKER_SILENT', { plugin, reason: 'three health checks in a row failed' }),
        );
    }
  }

  follow().catch((error: unknown) => {
    if (over.aborted) return;
    if (isByocError(error, 'WORKER_MANIFEST_MISMATCH') || isByocError(error, 'MANIFEST_INVALID'))
      events.onMismatch(error);
    else
      events.onSilent(
        new ByocError('WORKER_SILENT', { plugin, reason: error instanceof Error ? error.message : String(error) }),
      );
  });

  return {
    started,
    connection,
    gone: gone.signal,
    release() {
      released.abort(new ByocError('CONNECTION_LOST', { address: plugin, reason: 'the host let go of it' }));
      connection.close();
    },
  };
}
