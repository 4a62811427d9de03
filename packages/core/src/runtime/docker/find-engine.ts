import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How to reach an engine, as dockerode wants it. */
export type EngineAddress =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' };

/** Where engines listen, the likeliest first: DOCKER_HOST alone when it is set, else Docker's and Podman's usual sockets. */
export function engineCandidates(environment: NodeJS.ProcessEnv = process.env): EngineAddress[] {
  const named = environment['DOCKER_HOST'];
  if (named) {
    if (named.startsWith('unix://')) return [{ socketPath: named.slice('unix://'.length) }];
    const url = new URL(named.replace(/^tcp:/, environment['DOCKER_TLS_VERIFY'] ? 'https:' : 'http:'));
    const protocol = url.protocol === 'https:' ? 'https' : 'http';
    return [{ host: url.hostname, port: Number(url.port || (protocol === 'https' ? 2376 : 2375)), protocol }];
  }
  const runtime = environment['XDG_RUNTIME_DIR'];
  const sockets = [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(homedir(), '.docker', 'run', 'docker.sock'),
    ...(runtime ? [join(runtime, 'podman', 'podman.sock')] : []),
    '/run/podman/podman.sock',
  ];
  return sockets.map((socketPath) => ({ socketPath }));
}

/** Shows an address to a person. */
export function formatEngine(engine: EngineAddress): string {
  return 'socketPath' in engine ? engine.socketPath : `${engine.protocol}://${engine.host}:${engine.port}`;
}

/** Tells whether an address is worth asking: a socket that does not exist is not, one in a closed folder is. */
export async function engineExists(engine: EngineAddress): Promise<boolean> {
  if (!('socketPath' in engine)) return true;
  return access(engine.socketPath).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}
