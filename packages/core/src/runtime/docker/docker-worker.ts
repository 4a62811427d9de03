import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { systemClock } from '../../primitives/clock.ts';
import type { StartedAddress, StartedWorker, WorkerExit, WorkerStats } from '../container-runtime.ts';
import { JOBS_PATH } from './plan-container.ts';
import { translateDockerError } from './translate-docker-error.ts';

const EXIT_LOG_LINES = 20;
/** How often a lost engine is asked again. */
const ENGINE_LOOK_MS = 1000;

/** What is known of a container that a worker runs in. */
export interface WorkerContainer {
  readonly container: Docker.Container;
  readonly workerId: string;
  readonly digest: string;
  readonly workerDirectory: string;
  readonly address: StartedAddress;
}

/** A worker that runs in a container. */
export function createDockerWorker({
  container,
  workerId,
  digest,
  workerDirectory,
  address,
}: WorkerContainer): StartedWorker {
  let stopped: Promise<void> | undefined;
  const logs = async (tail: number) => {
    const raw = await container.logs({ stdout: true, stderr: true, tail, follow: false });
    return demultiplex(raw);
  };

  async function watch(): Promise<WorkerExit> {
    let status: { StatusCode: number } | undefined;
    let state: Docker.ContainerInspectInfo['State'] | undefined;
    // A lost engine is asked again until it says what became of the container: one that runs on is no ended worker.
    for (;;) {
      const answer = await container.wait().then(
        (ended: { StatusCode: number }) => ({ ended, gone: false }),
        (error: { statusCode?: number }) => ({ ended: undefined, gone: error.statusCode === 404 }),
      );
      status = answer.ended;
      state = (await container.inspect().catch(() => undefined))?.State;
      if (answer.gone || (state !== undefined && !state.Running) || (status !== undefined && state === undefined))
        break;
      await systemClock.sleep(ENGINE_LOOK_MS, { unref: true });
    }
    const logTail = await logs(EXIT_LOG_LINES).catch(() =>
      status === undefined ? ['the container engine no longer answers'] : [],
    );
    return {
      exitCode: state?.ExitCode ?? status?.StatusCode,
      signal: undefined,
      outOfMemory: state?.OOMKilled ?? false,
      logTail: state?.Error ? [...logTail, state.Error] : logTail,
    };
  }

  async function stop(graceMs: number): Promise<void> {
    try {
      await container.stop({ t: Math.ceil(graceMs / 1000) });
    } catch (error) {
      const { statusCode } = error as { statusCode?: number };
      // Not running (304) or gone (404): what was wanted.
      if (statusCode !== 304 && statusCode !== 404) throw translateDockerError(error, 'stop a container');
    }
    await exited;
    await container.remove({ force: true, v: true }).catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 404 && error.statusCode !== 409) throw translateDockerError(error, 'remove a container');
    });
    await rm(workerDirectory, { recursive: true, force: true });
  }

  const exited = watch();
  return {
    workerId,
    digest,
    address,
    handle: container.id,
    jobsPath: JOBS_PATH,
    exited,
    stop({ graceMs }) {
      // A stop that failed may be tried again.
      stopped ??= stop(graceMs).catch((error: unknown) => {
        stopped = undefined;
        throw error;
      });
      return stopped;
    },
    async stats(): Promise<WorkerStats> {
      const stats = await container.stats({ stream: false }).catch((error: unknown) => {
        throw translateDockerError(error, 'read the statistics of a container');
      });
      return {
        memoryBytes: stats.memory_stats.usage ?? 0,
        cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
        pids: stats.pids_stats?.current ?? 0,
      };
    },
    logs: ({ tail }) => logs(tail).catch(() => []),
    async *followLogs({ signal }) {
      const stream = await container.logs({ stdout: true, stderr: true, tail: 0, follow: true });
      const lines = new PassThrough();
      container.modem.demuxStream(stream, lines, lines);
      const end = () => lines.end();
      stream.once('end', end);
      signal.addEventListener('abort', end, { once: true });
      try {
        yield* createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY });
      } finally {
        (stream as unknown as { destroy(): void }).destroy();
      }
    },
  };
}

/** Takes the lines out of the engine's multiplexed log: 8 bytes of header (stream, 0, 0, 0, big-endian length) before each piece. */
function demultiplex(raw: Buffer): string[] {
  let text = '';
  for (let offset = 0; offset + 8 <= raw.length; ) {
    const length = raw.readUInt32BE(offset + 4);
    text += raw.toString('utf8', offset + 8, offset + 8 + length);
    offset += 8 + length;
  }
  return text.split(/\r?\n/).filter((line) => line !== '');
}
