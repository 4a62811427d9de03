import { type ChildProcess, spawn } from 'node:child_process';
import { byocArguments, repositoryRoot } from './run-command.ts';

/** An orchestrator in a process of its own, started as a user would, so that a test can kill it. */
export interface OrchestratorProcess {
  readonly url: string;
  readonly httpUrl: string;
  readonly address: string;
  readonly child: ChildProcess;
  /** Ends it at once, as a crash or the OOM killer would. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Drains it. */
  stop(): Promise<number | null>;
}

/** Starts `byoc orchestrator start` on a data directory. Ports 0 choose free ones. */
export function startOrchestratorProcess(options: {
  dataDirectory: string;
  runtime: 'process' | 'docker';
  port?: number;
  httpPort?: number;
  /** More arguments of `byoc orchestrator start`. */
  more?: readonly string[];
}): Promise<OrchestratorProcess> {
  const args = [
    ...byocArguments,
    ...['orchestrator', 'start', '--data-dir', options.dataDirectory, '--runtime', options.runtime],
    ...[
      '--port',
      String(options.port ?? 0),
      '--http-port',
      String(options.httpPort ?? 0),
      '--log-level',
      'warn',
      '--grace',
      '5s',
      ...(options.more ?? []),
    ],
  ];
  const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode) => reject(new Error(`the orchestrator ended with ${exitCode}:\n${log}`)));
    child.once('message', (message) => {
      const { url, httpUrl, address } = message as Record<string, string>;
      resolve({
        url: url as string,
        httpUrl: httpUrl as string,
        address: address as string,
        child,
        async kill() {
          child.kill('SIGKILL');
          await gone;
        },
        async stop() {
          child.kill('SIGTERM');
          return gone;
        },
      });
    });
  });
}
