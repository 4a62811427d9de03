import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ByocError, silentLogger } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createOrchestrator, type Orchestrator, type WorkerWaits } from '@byoc/core/orchestrator';
import { createProcessRuntime } from '@byoc/core/runtime/process';
import { repositoryRoot } from '../support/run-command.ts';

const folder = join(repositoryRoot, 'tests/fixtures/faulty-plugin');
/** A real orchestrator with the faulty plugin as a real process, and a gateway. */
export interface FaultyHost {
  readonly dataDirectory: string;
  readonly orchestrator: Orchestrator;
  readonly gateway: Gateway;
  /** Installs the plugin; `fault`: what is wrong with its start. */
  install(fault?: string): Promise<void>;
  /** Process ids of its workers. */
  workers(): Promise<number[]>;
  /** Lets a job go on that waits. */
  go(jobId: string): Promise<void>;
  /** What is left of jobs, workers and their records, as paths. */
  left(): Promise<string[]>;
  /** Starts another orchestrator where the first one, closed, was. */
  again(): Promise<Orchestrator>;
  close(): Promise<void>;
}

/** Starts both. `workers`: waits that a test makes short. */
export async function startFaultyHost(workers: Partial<WorkerWaits> = {}): Promise<FaultyHost> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-faults-'));
  const runtime = createProcessRuntime({ logger: silentLogger, stateDirectory: join(dataDirectory, 'processes') });
  const start = () =>
    createOrchestrator({ dataDirectory, runtime, port: 0, httpPort: 0, workers, limits: { cancelGraceMs: 300 } });
  const orchestrator = await start();
  const opened = [orchestrator];
  const gateway = createGateway({
    sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])],
  });
  await gateway.ready();
  const plugin = join(dataDirectory, 'plugins/faulty');
  return {
    ...{ dataDirectory, orchestrator, gateway, workers: () => workersOf(dataDirectory) },
    async install(fault = 'none') {
      await mkdir(plugin, { recursive: true, mode: 0o700 });
      await writeFile(join(plugin, 'start'), fault);
      await orchestrator.plugins.install({ type: 'folder', path: folder }, {});
    },
    go: (jobId) => writeFile(join(plugin, 'jobs', jobId, 'tmp/go'), ''),
    async left() {
      const folders = ['plugins/faulty/jobs', 'workers', 'processes'];
      const lists = folders.map(async (name) => {
        const entries = await readdir(join(dataDirectory, name)).catch(() => []);
        return entries.map((entry) => `${name}/${entry}`);
      });
      return (await Promise.all(lists)).flat();
    },
    async again() {
      const next = await start();
      opened.push(next);
      return next;
    },
    async close() {
      await gateway.close();
      for (const each of opened) await each.close({ mode: 'drain', graceMs: 0 });
      await runtime.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Asks until it is so. The runner's own limit ends a test that waits in vain. */
export async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(25);
  }
}

/** What a promise is rejected with. */
export function errorOf(promise: Promise<unknown>): Promise<ByocError | undefined> {
  return promise.then(
    () => undefined,
    (error: ByocError) => error,
  );
}

/** Process ids of workers whose environment names a folder. */
async function workersOf(directory: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes('BYOC_WORKER_ADDRESS=') && environment.includes(directory)) found.push(Number(pid));
  }
  return found;
}
