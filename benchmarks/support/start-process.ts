import { spawn } from 'node:child_process';

/** A script of the benchmarks in a process of its own. */
export interface BenchProcess<T> {
  readonly pid: number;
  /** The first message it sent: what it is ready with. */
  readonly ready: T;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
}

/** Starts a script, on the sources or on the built packages as this process does, and waits until it tells that it is ready. */
export function startProcess<T>(
  script: URL,
  args: readonly string[],
  { env = {} }: { env?: Readonly<Record<string, string>> } = {},
): Promise<BenchProcess<T>> {
  const profile = process.env['BYOC_BENCH_PROFILE'];
  const conditions = process.execArgv.filter((argument) => argument.startsWith('--conditions='));
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...conditions, ...profiling, script.pathname, ...args],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, ...env } },
  );
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return new Promise((resolve, reject) => {
    void gone.then((exitCode) => reject(new Error(`${script.pathname} ended with ${exitCode}`)));
    child.once('message', (ready) => {
      resolve({
        pid: child.pid as number,
        ready: ready as T,
        async stop() {
          child.kill('SIGTERM');
          await gone;
        },
      });
    });
  });
}
