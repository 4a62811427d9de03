import { join } from 'node:path';
import type Docker from 'dockerode';
import type { StartedAddress } from '../container-runtime.ts';
import { WORKER_PORT } from './plan-container.ts';

/**
 * Tells where the worker of a started container listens: its socket, or, when it has a secret, the port of this machine
 * that the engine chose for it. One that has ended already has none, and the port is 0.
 */
export async function workerAddress(
  container: Docker.Container,
  workerDirectory: string,
  secret: string,
): Promise<StartedAddress> {
  if (secret === '') return { type: 'unix', path: join(workerDirectory, 'run', 'worker.sock') };
  const { NetworkSettings } = await container.inspect();
  const port = Number(NetworkSettings.Ports?.[`${WORKER_PORT}/tcp`]?.[0]?.HostPort ?? 0);
  return { type: 'tcp', host: '127.0.0.1', port, secret };
}
