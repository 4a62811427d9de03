import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { until } from './until.ts';

/** An image registry on loopback that lets in one user. */
export interface StartedRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  close(): Promise<void>;
}

/** bcrypt of the password below: what the registry reads. */
const HTPASSWD = 'builder:$2y$05$abcdefghijklmnopqrstuuZ0Fx87Pb/Aqb0E90lfvCwzXnaFKUHpS\n';

/** Starts Debian's docker-registry with basic authentication and its storage in a temporary folder. */
export async function startRegistry(): Promise<StartedRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-registry-'));
  const [port] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'images') } },
    http: { addr: host },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const gone = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  await until(() =>
    fetch(`http://${host}/v2/`).then(
      () => true,
      () => false,
    ),
  );
  return {
    ...{ host, username: 'builder', password: 'correct-horse' },
    async close() {
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
