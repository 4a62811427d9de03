import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../primitives/logger.ts';
import type { UpstreamFailures } from './upstream-failures.ts';

const LOG_LINES = 8;
const RESTART_MS = 1_000;
const RESTART_MAX_MS = 30_000;
/** A server that ran for so long has started well: the pauses begin anew. */
const STEADY_MS = 60_000;
const STOP_GRACE_MS = 5_000;

/** A server that this process started: watched, started again when it ends, ended with `close`. */
export class SupervisedCommand {
  readonly command: string;
  readonly #argv: readonly string[];
  readonly #log: Logger;
  readonly #failures: UpstreamFailures;
  readonly #closing = new AbortController();
  #child: ChildProcess | undefined;
  #lines: string[] = [];
  #problem: string | undefined;
  #onEnd: (why: string) => void = () => {};

  constructor(argv: readonly string[], { log, failures }: { log: Logger; failures: UpstreamFailures }) {
    this.#argv = argv;
    this.#log = log;
    this.#failures = failures;
    this.command = argv[0] ?? '';
  }

  /** Why it does not run; undefined while it does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Starts it; the promise never resolves and rejects when it ends. From `keepRunning` on it is started again instead. */
  start(): Promise<never> {
    return new Promise((_, reject) => {
      this.#onEnd = (why) => reject(this.#failures.commandFailed(this.command, why, this.#lines));
      this.#spawn();
    });
  }

  /** From now on an end is followed by a new start. `onStarted` is called after each. */
  keepRunning(onStarted: () => void): void {
    let pauseMs = RESTART_MS;
    let startedAt = Date.now();
    this.#onEnd = (why) => {
      this.#log.error({ command: this.command, why, lines: this.#lines }, 'server-ended');
      if (Date.now() - startedAt > STEADY_MS) pauseMs = RESTART_MS;
      const waitMs = pauseMs;
      pauseMs = Math.min(pauseMs * 2, RESTART_MAX_MS);
      sleep(waitMs, undefined, { signal: this.#closing.signal }).then(
        () => {
          startedAt = Date.now();
          this.#spawn();
          onStarted();
        },
        () => {},
      );
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_GRACE_MS);
    await gone;
    clearTimeout(timer);
  }

  #spawn(): void {
    this.#lines = [];
    this.#problem = undefined;
    const [command = '', ...args] = this.#argv;
    // A group of its own: a signal to the worker's group begins a drain, and running jobs need their server until its end.
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    // A script may leave behind what it started, which would hold the port.
    child.once('exit', () => signalGroup(child, 'SIGKILL'));
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        this.#log.info({ line: line.slice(0, 2_000) }, 'server');
        this.#lines = [...this.#lines.slice(1 - LOG_LINES), line.slice(0, 300)];
      });
    let told = false;
    const end = (why: string) => {
      if (told) return;
      told = true;
      this.#problem = why;
      if (!this.#closing.signal.aborted) this.#onEnd(why);
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ENOENT' ? 'was not found' : `could not be started (${error.code ?? error.message})`),
    );
    // `close` comes when its output has been read too.
    child.once('close', (code, signal) =>
      end(code === null ? `was ended by ${signal}` : `ended with exit code ${code}`),
    );
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone: what was wanted.
  }
}
