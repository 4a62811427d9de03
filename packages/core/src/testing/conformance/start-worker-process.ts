import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../primitives/clock.ts';
import type { WorkerAddress } from '../../protocol/worker-address.ts';
import type { OwnWorker, StartOptions } from './conformance-target.ts';
import type { ProcessTargetOptions } from './create-process-target.ts';
import { Mismatch } from './mismatch.ts';

const LOOK_MS = 20;
const LOG_CHARACTERS = 8192;
/** How long a worker may take to end after SIGTERM, when nobody waits for it any more. */
const STOP_MS = 5000;

/** Starts a worker process in a folder of its own. */
export async function startWorkerProcess(target: ProcessTargetOptions, options: StartOptions): Promise<OwnWorker> {
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'byoc-conformance-')));
  const paths = { run: join(root, 'run'), jobs: join(root, 'jobs'), tmp: join(root, 'tmp') };
  for (const path of Object.values(paths)) await mkdir(path, { recursive: true, mode: 0o700 });
  const address = await chooseAddress(options.transport ?? 'unix', paths.run);
  const [program, ...args] = target.command;
  const child = spawn(program, args, {
    cwd: target.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: present({
      ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: process.env['LANG'] },
      ...target.environment,
      ...(address.type === 'unix'
        ? { BYOC_WORKER_ADDRESS: `unix://${address.path}` }
        : { BYOC_WORKER_ADDRESS: `tcp://${address.host}:${address.port}`, BYOC_WORKER_SECRET: address.secret }),
      ...{ BYOC_JOBS_PATH: paths.jobs, BYOC_WORKER_ID: 'conformance', TMPDIR: paths.tmp },
      ...options.environment,
    }),
  });
  const log = keepLog(child);
  let ended = false;
  const exited = new Promise<Awaited<OwnWorker['exited']>>((resolve) => {
    child.once('error', () => resolve({ exitCode: 127, signal: null }));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  }).finally(() => {
    ended = true;
  });
  const kill = (signal: NodeJS.Signals) => signalGroup(child, signal);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    kill('SIGTERM');
    const timer = new AbortController();
    const late = systemClock.sleep(STOP_MS, { signal: timer.signal }).catch(() => {});
    await Promise.race([exited, late]);
    timer.abort(null);
    // What the worker had started goes with it.
    kill('SIGKILL');
    await exited;
    await rm(root, { recursive: true, force: true });
  };
  const worker: OwnWorker = {
    ...{ root, address, jobsPath: paths.jobs, exited, log, kill },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
  try {
    if (options.until !== 'started') {
      while (!(await isListening(address))) {
        options.signal.throwIfAborted();
        if (ended) throw new Mismatch('the worker to listen', `it ended; its log:\n${log()}`);
        await systemClock.sleep(LOOK_MS, { signal: options.signal });
      }
    }
    return worker;
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

async function chooseAddress(transport: 'unix' | 'tcp', folder: string): Promise<WorkerAddress> {
  if (transport === 'unix') return { type: 'unix', path: join(folder, 'worker.sock') };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { type: 'tcp', host: '127.0.0.1', port, secret: 'conformance-secret' };
}

function isListening(address: WorkerAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = address.type === 'unix' ? connect(address.path) : connect(address.port, address.host);
    const settle = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

/** Keeps the end of what a process writes. */
function keepLog(child: ChildProcess): () => string {
  let text = '';
  const take = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-LOG_CHARACTERS);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return () => text;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It is gone: what was wanted.
  }
}

function present(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
