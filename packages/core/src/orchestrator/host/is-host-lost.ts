import { isByocError } from '../../errors/byoc-error.ts';

const CODES = ['DOCKER_LOST', 'DOCKER_UNAVAILABLE', 'MODEL_HOST_UNREACHABLE'] as const;

/** Tells whether a worker could not be started for want of the engine or the network: nothing that its plugin did. */
export function isHostLost(error: unknown): boolean {
  return CODES.some((code) => isByocError(error, code));
}
