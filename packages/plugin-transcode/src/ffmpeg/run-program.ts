import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { watchStill } from './watch-still.ts';

const TAIL = 32 * 1024;

/** How a program ended. */
export interface ProgramResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** At most `stdoutBytes`. */
  readonly stdout: string;
  /** The end of it. */
  readonly stderr: string;
  /** It was killed because it did nothing any more. */
  readonly still: boolean;
}

export interface RunProgramOptions {
  readonly signal: AbortSignal;
  readonly cwd?: string | undefined;
  /** What comes on file descriptor 3. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** From SIGTERM to SIGKILL after an abort. @default 1000 */
  readonly graceMs?: number | undefined;
  /** From the last sign of work (processor time, or something said) to SIGKILL. @default 60000 */
  readonly stillMs?: number | undefined;
  /** @default 4 MiB */
  readonly stdoutBytes?: number | undefined;
  /** Starts the program so that it dies with this process: a prefix such as `setpriv --pdeathsig KILL`. @default none */
  readonly launcher?: readonly string[] | undefined;
}

/**
 * Runs a program in a process group of its own, without standard input. On abort the group gets SIGTERM, then SIGKILL; rejects with the
 * abort's reason after the program is gone.
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: RunProgramOptions,
): Promise<ProgramResult> {
  const { signal } = options;
  signal.throwIfAborted();
  const [command, ...rest] = [...(options.launcher ?? []), path, ...args] as [string, ...string[]];
  const child = spawn(command, rest, {
    cwd: options.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' },
  });
  let stdout = '';
  let stderr = '';
  const [, out, err, progress] = child.stdio as unknown as [null, Readable, Readable, Readable];
  for (const stream of [out, err, progress]) stream.setEncoding('utf8');
  out.on('data', (text: string) => {
    if (stdout.length < (options.stdoutBytes ?? 4 * 1024 * 1024)) stdout += text;
  });
  err.on('data', (text: string) => {
    stderr = (stderr + text).slice(-TAIL);
  });
  progress.on('data', (text: string) => options.onProgress?.(text));

  let still = false;
  const watch =
    child.pid === undefined
      ? undefined
      : watchStill(child.pid, {
          stillMs: options.stillMs ?? 60_000,
          talks: options.onProgress !== undefined,
          onStill() {
            still = true;
            killGroup(child, 'SIGKILL');
          },
        });
  for (const stream of [out, err, progress]) stream.on('data', () => watch?.touch());

  let force: NodeJS.Timeout | undefined;
  const stop = () => {
    killGroup(child, 'SIGTERM');
    force = setTimeout(() => killGroup(child, 'SIGKILL'), options.graceMs ?? 1000);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const ended = await new Promise<{ exitCode: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, by) => resolve({ exitCode, signal: by }));
    });
    signal.throwIfAborted();
    return { ...ended, stdout, stderr, still };
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(force);
    watch?.stop();
    // Nothing of the group outlives its leader.
    killGroup(child, 'SIGKILL');
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}
