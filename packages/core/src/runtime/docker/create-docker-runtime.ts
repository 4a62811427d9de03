import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { ContainerRuntime, RuntimeInfo, StartedAddress, StartedWorker, WorkerSpec } from '../container-runtime.ts';
import { createDockerWorker } from './docker-worker.ts';
import { engineCandidates, engineExists, formatEngine } from './find-engine.ts';
import { planContainer, WORKER_PORT } from './plan-container.ts';
import { buildFolder, pullImage, removeBuiltImage } from './resolve-image.ts';
import { translateDockerError } from './translate-docker-error.ts';

/** `nobody` of distroless images: a user that exists nowhere. */
const CONTAINER_ID = 65_532;
const PROBE_MS = 5000;

/** Options of the Docker runtime. */
export interface DockerRuntimeOptions {
  readonly logger: Logger;
  /** How workers are reached. `auto`: a Unix socket, or TCP on loopback where the engine can't pass sockets. @default "auto" */
  readonly transport?: 'auto' | 'unix' | 'tcp' | undefined;
}

interface Engine {
  readonly docker: Docker;
  readonly info: RuntimeInfo;
  readonly cores: number;
}

/**
 * Makes the runtime that starts workers as containers of a Docker Engine, or of one that speaks its API (Podman). The engine is
 * that of DOCKER_HOST, else the first of the usual sockets that answers.
 */
export function createDockerRuntime({ logger, transport = 'auto' }: DockerRuntimeOptions): ContainerRuntime {
  let found: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => {
    found ??= findEngine(transport).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };

  async function start(spec: WorkerSpec): Promise<StartedWorker> {
    const { docker, cores, info } = await engine();
    const secret = info.transport === 'tcp' ? randomBytes(24).toString('base64url') : '';
    const plan = planContainer(spec, { user: await prepareFolders(spec), cores, transport: info.transport, secret });
    const container = await docker.createContainer(plan).catch((error: unknown) => {
      throw translateDockerError(error, 'create a container', spec.plugin.artifact);
    });
    try {
      await container.start();
      const address = await addressOf(container, spec.workerDirectory, secret);
      return createDockerWorker({
        container,
        workerId: spec.workerId,
        digest: spec.plugin.digest,
        workerDirectory: spec.workerDirectory,
        address,
      });
    } catch (error) {
      await container
        .remove({ force: true, v: true })
        .catch((cause: unknown) => logger.error({ err: cause }, 'container-removal-failed'));
      await rm(spec.workerDirectory, { recursive: true, force: true });
      throw translateDockerError(error, 'start a container');
    }
  }

  return {
    kind: 'docker',
    async probe() {
      return (await engine()).info;
    },
    async resolve(source, options = {}) {
      const { docker } = await engine();
      return source.type === 'folder'
        ? buildFolder(docker, source.path, options)
        : pullImage(docker, source.reference, options);
    },
    async start(spec, { signal } = {}) {
      signal?.throwIfAborted();
      return start(spec);
    },
    async adopt(ownerId) {
      const { docker } = await engine();
      const listed = await docker
        .listContainers({ all: true, filters: { label: [`dev.byoc.owner=${ownerId}`] } })
        .catch((error: unknown) => {
          throw translateDockerError(error, 'list containers');
        });
      const adopted: StartedWorker[] = [];
      for (const { Id, State, Labels } of listed) {
        const container = docker.getContainer(Id);
        const workerDirectory = Labels['dev.byoc.directory'] ?? '';
        const running = State === 'running';
        const none: StartedAddress = { type: 'unix', path: '' };
        const address = running ? await addressOf(container, workerDirectory, Labels['dev.byoc.secret'] ?? '') : none;
        const digest = Labels['dev.byoc.digest'] ?? '';
        const worker = createDockerWorker({
          container,
          workerId: Labels['dev.byoc.worker'] ?? Id,
          digest,
          workerDirectory,
          address,
        });
        if (running) adopted.push(worker);
        else await worker.stop({ graceMs: 0 });
      }
      return adopted;
    },
    async remove(plugin) {
      const { docker } = await engine();
      await removeBuiltImage(docker, plugin.artifact);
    },
    async close() {},
  };
}

async function findEngine(transport: 'auto' | 'unix' | 'tcp'): Promise<Engine> {
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

/** Makes the folders that are mounted, writable for the container's user, who is never root. */
async function prepareFolders(spec: WorkerSpec): Promise<string> {
  const run = join(spec.workerDirectory, 'run');
  for (const folder of [run, spec.jobsDirectory]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const [uid, gid] = [process.getuid?.() ?? CONTAINER_ID, process.getgid?.() ?? CONTAINER_ID];
  if (uid !== 0) return `${uid}:${gid}`;
  await chown(run, CONTAINER_ID, CONTAINER_ID);
  // Sticky: a worker makes folders of its own here, and can't move or replace those of the orchestrator.
  await chmod(spec.jobsDirectory, 0o1777);
  return `${CONTAINER_ID}:${CONTAINER_ID}`;
}

async function addressOf(
  container: Docker.Container,
  workerDirectory: string,
  secret: string,
): Promise<StartedAddress> {
  if (secret === '') return { type: 'unix', path: join(workerDirectory, 'run', 'worker.sock') };
  const { NetworkSettings } = await container.inspect();
  const port = NetworkSettings.Ports[`${WORKER_PORT}/tcp`]?.[0]?.HostPort;
  return { type: 'tcp', host: '127.0.0.1', port: Number(port), secret };
}
