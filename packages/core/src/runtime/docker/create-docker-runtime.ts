import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../primitives/logger.ts';
import type { ContainerRuntime, StartedWorker, WorkerSpec } from '../container-runtime.ts';
import { translateFolderError } from '../translate-folder-error.ts';
import { adoptContainers } from './adopt-containers.ts';
import { connectEngine, type Engine } from './connect-engine.ts';
import { createDockerWorker } from './docker-worker.ts';
import { planContainer } from './plan-container.ts';
import { buildFolder, pullImage, removeBuiltImage } from './resolve-image.ts';
import { translateDockerError } from './translate-docker-error.ts';
import { workerAddress } from './worker-address.ts';

/** `nobody` of distroless images: a user that exists nowhere. */
const CONTAINER_ID = 65_532;

/** Options of the Docker runtime. */
export interface DockerRuntimeOptions {
  readonly logger: Logger;
  /** How workers are reached. `auto`: a Unix socket, or TCP on loopback where the engine can't pass sockets. @default "auto" */
  readonly transport?: 'auto' | 'unix' | 'tcp' | undefined;
}

/**
 * Makes the runtime that starts workers as containers of a Docker Engine, or of one that speaks its API (Podman). The engine is
 * that of DOCKER_HOST, else the first of the usual sockets that answers.
 */
export function createDockerRuntime({ logger, transport = 'auto' }: DockerRuntimeOptions): ContainerRuntime {
  let found: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => {
    found ??= connectEngine(transport).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };

  async function start(spec: WorkerSpec, signal: AbortSignal | undefined): Promise<StartedWorker> {
    const { docker, cores, info } = await engine();
    const { workerId, workerDirectory } = spec;
    const { artifact, digest } = spec.plugin;
    const secret = info.transport === 'tcp' ? randomBytes(24).toString('base64url') : '';
    // Each step is waited for, also when the caller has lost interest: a request broken off may still have its effect.
    const undo: (() => Promise<unknown>)[] = [() => rm(workerDirectory, { recursive: true, force: true })];
    try {
      signal?.throwIfAborted();
      const image = await docker
        .getImage(artifact)
        .inspect()
        .catch((error: unknown) => {
          throw translateDockerError(error, 'read an image', artifact);
        });
      const plan = planContainer(spec, {
        user: await prepareFolders(spec).catch((error: unknown) => {
          throw translateFolderError(error, workerDirectory);
        }),
        cores,
        transport: info.transport,
        secret,
        imageVolumes: Object.keys(image.Config.Volumes ?? {}),
      });
      signal?.throwIfAborted();
      const container = await docker.createContainer(plan).catch((error: unknown) => {
        throw translateDockerError(error, 'create a container', artifact);
      });
      undo.unshift(() => container.remove({ force: true, v: true }));
      signal?.throwIfAborted();
      await container.start();
      signal?.throwIfAborted();
      const address = await workerAddress(container, workerDirectory, secret);
      return createDockerWorker({ container, workerId, digest, workerDirectory, address });
    } catch (error) {
      for (const step of undo)
        await step().catch((cause: unknown) => logger.error({ err: cause, workerId }, 'worker-removal-failed'));
      signal?.throwIfAborted();
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
        ? buildFolder(docker, source, options)
        : pullImage(docker, source.reference, options);
    },
    start: (spec, { signal } = {}) => start(spec, signal),
    async adopt(ownerId) {
      const { docker } = await engine();
      return adoptContainers(docker, ownerId, logger);
    },
    async remove(plugin) {
      const { docker } = await engine();
      await removeBuiltImage(docker, plugin.artifact);
    },
    async close() {},
  };
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
