import { spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import { until } from './until.ts';

/** A Docker Engine of a test's own, which may be stopped. */
export interface StartedEngine {
  /** For DOCKER_HOST. */
  readonly url: string;
  docker(...args: string[]): Promise<string>;
  /** Ends the engine, and with it its containers. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes all that it stored. */
  close(): Promise<void>;
}

/** Tells whether engines can be started here: it takes root and dockerd. */
export async function canStartEngine(): Promise<boolean> {
  const root = process.getuid?.() === 0;
  const found = await runCommand('dockerd', ['--version']).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
  if (!(root && found)) process.stderr.write('skipping what needs an engine of its own: it takes root and dockerd\n');
  return root && found;
}

/** Starts a Docker Engine with its state in a temporary folder and no network at all, beside any other engine. */
export async function startEngine(): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-engine-'));
  const url = `unix://${join(folder, 'docker.sock')}`;
  const pidFile = join(folder, 'docker.pid');
  const flags = [
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', pidFile, '-H', url],
    ...['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--shutdown-timeout', '1'],
  ];
  let gone: Promise<unknown> = Promise.resolve();
  let end = () => {};
  const docker = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await runCommand('docker', ['--host', url, ...args]);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  const engine: StartedEngine = {
    url,
    docker,
    async start() {
      let log = '';
      // In a network namespace of its own: an engine without a bridge removes the `docker0` of the others when it starts.
      const child = spawn('unshare', ['--net', 'dockerd', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
      child.stderr.on('data', (chunk) => {
        log = (log + chunk).slice(-4000);
      });
      let ended = false;
      gone = new Promise((resolve) => child.once('exit', resolve)).then(() => {
        ended = true;
      });
      end = () => child.kill('SIGTERM');
      await until(async () => {
        if (ended) throw new Error(`dockerd ended:\n${log}`);
        return docker('version').then(
          () => true,
          () => false,
        );
      });
    },
    async stop() {
      end();
      await gone;
    },
    async close() {
      await engine.stop();
      // Its containerd leaves a moment after it.
      await until(() =>
        rm(folder, { recursive: true, force: true }).then(
          () => true,
          () => false,
        ),
      );
      await access(folder).then(
        () => Promise.reject(new Error(`${folder} is still there`)),
        () => {},
      );
    },
  };
  await engine.start();
  return engine;
}
