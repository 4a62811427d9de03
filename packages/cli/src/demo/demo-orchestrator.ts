import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByocError } from '@byoc/core';
import type { RuntimeChoice } from '../choose-runtime.ts';

/** An orchestrator of the demo's own, in a child process and a temporary data directory. */
export interface DemoOrchestrator {
  readonly url: string;
  readonly address: string;
  readonly runtime: 'docker' | 'process';
  readonly dataDirectory: string;
  readonly pid: number;
  /** Drains it and removes its data directory. */
  stop(): Promise<void>;
  /** Lets it go on after this process. */
  keep(): Promise<void>;
}

/** Starts it with this very program. It ends with this process, however that ends. */
export async function startDemoOrchestrator(options: {
  runtime: RuntimeChoice;
  signal: AbortSignal;
  /** More arguments of `orchestrator start`. */
  more?: readonly string[] | undefined;
}): Promise<DemoOrchestrator> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-demo-'));
  const logFile = join(dataDirectory, 'orchestrator.log');
  // A file, not a pipe: its log outlives this process when the orchestrator is kept.
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      process.argv[1] as string,
      'orchestrator',
      'start',
      ...[
        '--data-dir',
        dataDirectory,
        '--runtime',
        options.runtime,
        '--port',
        '0',
        '--http-port',
        '0',
        '--log-level',
        'info',
        ...(options.more ?? []),
      ],
    ],
    // A process group of its own: Ctrl-C in the terminal reaches only the demo, which then stops it in order.
    { stdio: ['ignore', 'ignore', log, 'ipc'], detached: true },
  );
  closeSync(log);
  try {
    const started = await firstMessage(child, logFile, options.signal);
    return {
      url: started.url,
      address: started.address,
      runtime: started.runtime,
      dataDirectory,
      pid: child.pid as number,
      async stop() {
        await end(child);
        await rm(dataDirectory, { recursive: true, force: true });
      },
      async keep() {
        child.send({ type: 'detach' });
        await new Promise<void>((done) => child.once('disconnect', done));
        child.unref();
      },
    };
  } catch (error) {
    await end(child);
    await rm(dataDirectory, { recursive: true, force: true });
    throw error;
  }
}

interface StartedMessage {
  url: string;
  address: string;
  runtime: 'docker' | 'process';
}

function firstMessage(child: ChildProcess, logFile: string, signal: AbortSignal): Promise<StartedMessage> {
  return new Promise((onStarted, onFailed) => {
    child.once('message', (message) => onStarted(message as StartedMessage));
    child.once('exit', (exitCode) =>
      onFailed(new ByocError('ORCHESTRATOR_START_FAILED', { exitCode: exitCode ?? -1, logFile })),
    );
    child.once('error', onFailed);
    signal.addEventListener('abort', () => onFailed(signal.reason), { once: true });
  });
}

/** SIGTERM drains; waits for the end. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  await gone;
}
