export { createWorker, type Worker, type WorkerOptions } from './create-worker.ts';
export { JobError, type JobErrorOptions } from './job-error.ts';
export { type ServeWorkerOptions, serveWorker } from './serve-worker.ts';
export { usableCores } from './usable-cores.ts';
