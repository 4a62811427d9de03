/** The worker protocol that this version speaks. */
export const WORKER_PROTOCOL = 'byoc.worker.v1';
