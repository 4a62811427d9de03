import Docker from 'dockerode';
import { ByocError } from '../../errors/byoc-error.ts';
import type { RuntimeInfo } from '../container-runtime.ts';
import { engineCandidates, engineExists, formatEngine } from './find-engine.ts';
import { translateDockerError } from './translate-docker-error.ts';

const PROBE_MS = 5000;

/** An engine that answers. */
export interface Engine {
  readonly docker: Docker;
  readonly info: RuntimeInfo;
  /** Cores of the engine's machine. */
  readonly cores: number;
}

/**
 * Finds the engine: that of DOCKER_HOST, else the first of the usual sockets that answers.
 *
 * @throws ByocError DOCKER_UNAVAILABLE, DOCKER_PERMISSION
 */
export async function connectEngine(transport: 'auto' | 'unix' | 'tcp'): Promise<Engine> {
  const tried: string[] = [];
  let denied: ByocError | undefined;
  for (const candidate of engineCandidates()) {
    tried.push(formatEngine(candidate));
    if (!(await engineExists(candidate))) continue;
    try {
      const docker = new Docker(candidate);
      const answer = await Promise.race([docker.info(), late()]);
      // Docker Desktop runs its engine in a virtual machine: sockets made in a mount don't reach the host.
      const desktop = /docker desktop/i.test(String(answer.OperatingSystem)) || process.platform !== 'linux';
      const chosen = transport === 'auto' ? (desktop ? 'tcp' : 'unix') : transport;
      return {
        docker,
        cores: Number(answer.NCPU),
        info: {
          kind: 'docker',
          description: `Docker Engine ${answer.ServerVersion}`,
          transport: chosen,
          sandboxed: true,
          notes:
            chosen === 'tcp'
              ? [
                  'Workers are reached over TCP on loopback, guarded by a secret, so they have a bridge network: outgoing connections are not blocked.',
                ]
              : [],
        },
      };
    } catch (error) {
      const known = translateDockerError(error, 'be reached');
      if (known.code === 'DOCKER_PERMISSION')
        denied = new ByocError('DOCKER_PERMISSION', { socket: formatEngine(candidate) }, { cause: error });
    }
  }
  throw denied ?? new ByocError('DOCKER_UNAVAILABLE', { tried });
}

function late(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), PROBE_MS).unref());
}
