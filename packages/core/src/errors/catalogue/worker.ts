import type { Recovery } from '../error-entry.ts';
import { entry } from '../error-entry.ts';

/** Jobs inside a worker. */
export const workerErrors = {
  JOB_FAILED: entry<{ jobId: string; reason: string; message: string; hint: string; recovery: Recovery }>({
    grpc: 'ABORTED',
    http: 422,
    recovery: 'give-up',
    message: (f) => `${f.message}`,
    hint: (f) => f.hint,
  }),
  JOB_CRASHED: entry<{ jobId: string; message: string }>({
    grpc: 'INTERNAL',
    http: 500,
    recovery: 'retry-other',
    message: (f) => `Job ${f.jobId} failed with an unexpected error: ${f.message}.`,
    hint: () => 'The plugin has a bug: its log has the stack trace.',
  }),
  JOB_CANCELLED: entry<{ jobId: string; reason: string }>({
    grpc: 'CANCELLED',
    http: 499,
    recovery: 'give-up',
    message: (f) => `Job ${f.jobId} was cancelled: ${f.reason}.`,
    hint: () => 'Nothing to do: this was asked for.',
  }),
  JOB_DEADLINE_EXCEEDED: entry<{ jobId: string; deadline: string }>({
    grpc: 'DEADLINE_EXCEEDED',
    http: 504,
    recovery: 'retry-other',
    message: (f) => `Job ${f.jobId} did not end before its deadline (${f.deadline}).`,
    hint: () => 'Allow more time, ask for less, or choose a faster offer.',
  }),
  JOB_NOT_FOUND: entry<{ jobId: string }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'give-up',
    message: (f) => `There is no job ${f.jobId} here.`,
    hint: () => 'It ended and was forgotten, or it runs elsewhere.',
  }),
  JOB_ALREADY_EXISTS: entry<{ jobId: string }>({
    grpc: 'ALREADY_EXISTS',
    http: 409,
    recovery: 'fix-request',
    message: (f) => `There is a job ${f.jobId} already.`,
    hint: () => 'Attach to it, or choose a new id: ids are used once.',
  }),
  JOB_REPLAY_GONE: entry<{ jobId: string; afterSequence: number; oldestSequence: number }>({
    grpc: 'OUT_OF_RANGE',
    http: 410,
    recovery: 'give-up',
    message: (f) =>
      `Job ${f.jobId}: frames after ${f.afterSequence} are no longer kept; the oldest is ${f.oldestSequence}.`,
    hint: () => 'Attach sooner after a lost connection, or read the final result instead.',
  }),
  JOB_UPDATE_UNSUPPORTED: entry<{ jobId: string; capability: string }>({
    grpc: 'UNIMPLEMENTED',
    http: 501,
    recovery: 'fix-request',
    message: (f) => `Job ${f.jobId}: ${f.capability} takes no live updates.`,
    hint: () => 'Start a new job with the new parameters.',
  }),
  JOB_PART_MISSING: entry<{ jobId: string; part: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `Job ${f.jobId}: the input names part \`${f.part}\`, which was not sent.`,
    hint: () => 'Send the part before the end of the frames, or take it out of the input.',
  }),
  JOB_OUTPUT_UNSAFE: entry<{ jobId: string; path: string; reason: string }>({
    grpc: 'INTERNAL',
    http: 502,
    recovery: 'retry-other',
    message: (f) => `Job ${f.jobId}: output file \`${f.path}\` can not be handed on: ${f.reason}.`,
    hint: () => 'The plugin has a bug, or is hostile: tell its publisher.',
  }),
  CAPABILITY_UNKNOWN: entry<{ capability: string; known: string[] }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'retry-other',
    message: (f) =>
      `${f.capability} is not offered here${f.known.length === 0 ? '' : `; these are: ${f.known.join(', ')}`}.`,
    hint: () => 'Check the name and the version range, or install a plugin that has it.',
  }),
  WORKER_BUSY: entry<{ slots: number }>({
    grpc: 'RESOURCE_EXHAUSTED',
    http: 429,
    recovery: 'retry-same',
    message: (f) => `All ${f.slots} slots of the worker are taken.`,
    hint: () => 'Wait for a slot, or raise the concurrency of the plugin.',
  }),
  WORKER_DRAINING: entry<{ plugin: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-other',
    message: (f) => `${f.plugin} is shutting down and takes no new job.`,
    hint: () => 'Try again in a moment, or choose another offer.',
  }),
  WORKER_NOT_READY: entry<{ plugin: string; phase: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-same',
    message: (f) => `${f.plugin} is not ready (it is ${f.phase}).`,
    hint: () => 'Wait until it is ready.',
  }),
  WORKER_ADDRESS_MISSING: entry<{ variable: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `This is a BYOC worker, and ${f.variable} does not say where it should listen.`,
    hint: () =>
      'Workers are started by a host: run `byoc plugin install <folder>`, or set the variable to try it by hand (`unix:///tmp/worker.sock`).',
  }),
} as const;
