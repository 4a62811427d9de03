import { rm } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { Logger } from '../../primitives/logger.ts';
import type { StartedWorker } from '../container-runtime.ts';
import { createDockerWorker } from './docker-worker.ts';
import { translateDockerError } from './translate-docker-error.ts';
import { workerAddress } from './worker-address.ts';

/**
 * Finds the containers of an owner that still run. Those that ended, or never began, are removed. One that can't be read or
 * removed is told in the log and left: it must not keep the others from being adopted.
 */
export async function adoptContainers(docker: Docker, ownerId: string, logger: Logger): Promise<StartedWorker[]> {
  const listed = await docker
    .listContainers({ all: true, filters: { label: [`dev.byoc.owner=${ownerId}`] } })
    .catch((error: unknown) => {
      throw translateDockerError(error, 'list containers');
    });
  const adopted: StartedWorker[] = [];
  for (const { Id, State, Labels } of listed) {
    const container = docker.getContainer(Id);
    const workerDirectory = Labels['dev.byoc.directory'] ?? '';
    try {
      if (State !== 'running') {
        await container.remove({ force: true, v: true });
        if (workerDirectory !== '') await rm(workerDirectory, { recursive: true, force: true });
        continue;
      }
      adopted.push(
        createDockerWorker({
          container,
          workerId: Labels['dev.byoc.worker'] ?? Id,
          digest: Labels['dev.byoc.digest'] ?? '',
          workerDirectory,
          address: await workerAddress(container, workerDirectory, Labels['dev.byoc.secret'] ?? ''),
        }),
      );
    } catch (error) {
      logger.warn({ err: translateDockerError(error, 'adopt a container'), container: Id }, 'container-not-adopted');
    }
  }
  return adopted;
}
