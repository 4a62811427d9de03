import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../primitives/clock.ts';
import type { StartedWorker, WorkerExit, WorkerStats } from '../container-runtime.ts';
import { boundLog, followLog, tailLog } from './log-file.ts';
import { isWorkerProcess, processesOfWorker } from './process-identity.ts';
import type { WorkerRecord, WorkerRecords } from './worker-record.ts';

/** How often a process that is no child of ours is looked at. */
const LOOK_MS = 100;
const BOUND_LOG_MS = 5000;
const EXIT_LOG_LINES = 20;

/** How the process of a worker ended. */
export interface ProcessEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A worker that runs as a process. */
export function createProcessWorker(
  record: WorkerRecord,
  options: { records: WorkerRecords; clock: Clock; ended?: Promise<ProcessEnd> | undefined },
): StartedWorker {
  const { clock, records } = options;
  const logFile = join(record.workerDirectory, 'worker.log');
  const isAlive = () => isWorkerProcess(record);
  let gone = false;
  let stopped: Promise<void> | undefined;

  /** Not a child of ours: there is nothing to wait for but its absence. */
  async function watchAbsence(): Promise<ProcessEnd> {
    while (await isAlive()) await clock.sleep(LOOK_MS, { unref: true });
    return { exitCode: undefined, signal: undefined };
  }

  const exited = (options.ended ?? watchAbsence()).then(async (end): Promise<WorkerExit> => {
    gone = true;
    return { ...end, outOfMemory: false, logTail: await tailLog(logFile, EXIT_LOG_LINES) };
  });

  void (async () => {
    while (!gone) {
      await clock.sleep(BOUND_LOG_MS, { unref: true });
      await boundLog(logFile).catch(() => {});
    }
  })();

  async function stop(graceMs: number): Promise<void> {
    if (!gone && (await isAlive())) {
      signalGroup(record.pid, 'SIGTERM');
      const timer = new AbortController();
      const overdue = clock.sleep(graceMs, { signal: timer.signal }).then(
        () => signalGroup(record.pid, 'SIGKILL'),
        () => {},
      );
      await exited;
      timer.abort();
      await overdue;
    }
    // What it had started and not ended, in whatever group: known by the worker's id in its environment. The process id alone
    // proves nothing any more, somebody else may have it.
    for (const pid of await processesOfWorker(record.workerId)) signalProcess(pid, 'SIGKILL');
    await records.remove(record.workerId);
    await rm(record.workerDirectory, { recursive: true, force: true });
  }

  return {
    workerId: record.workerId,
    digest: record.digest,
    address: { type: 'unix', path: record.socketPath },
    handle: String(record.pid),
    jobsPath: record.jobsPath,
    exited,
    stop({ graceMs }) {
      stopped ??= stop(graceMs);
      return stopped;
    },
    stats: () => readStats(record.workerId, record.pid),
    logs: ({ tail }) => tailLog(logFile, tail),
    followLogs: ({ signal }) => followLog(logFile, clock, signal),
  };
}

async function readStats(workerId: string, pid: number): Promise<WorkerStats> {
  const pids = await processesOfWorker(workerId);
  let memoryBytes = 0;
  let ticks = 0;
  for (const each of new Set([pid, ...pids])) {
    const statm = await readFile(`/proc/${each}/statm`, 'utf8').catch(() => '0 0');
    memoryBytes += Number(statm.split(' ')[1]) * 4096;
    const stat = await readFile(`/proc/${each}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  // USER_HZ is 100 on every Linux that Node runs on.
  return { memoryBytes, cpuSeconds: ticks / 100, pids: Math.max(1, pids.length) };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  // 0 would be this process's own group, -1 everybody.
  if (pid <= 1) return;
  signalProcess(-pid, signal);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone: what was wanted.
  }
}
