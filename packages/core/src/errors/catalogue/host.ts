import { entry } from '../error-entry.ts';

/** The machine that an orchestrator runs on. */
export const hostErrors = {
  DATA_DIRECTORY_LOCKED: entry<{ path: string; pid: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    recovery: 'fix-request',
    message: (f) =>
      `Another orchestrator uses the data directory ${f.path}${f.pid === '' ? '' : ` (process ${f.pid})`}.`,
    hint: () => 'Stop it with `byoc orchestrator stop`, or choose another directory with `--data-dir`.',
  }),
  DATA_DIRECTORY_UNREADABLE: entry<{ path: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 500,
    recovery: 'fix-request',
    message: (f) => `The data directory ${f.path} can't be used: ${f.reason}.`,
    hint: () => 'Make it readable and writable for this user, or choose another one with `--data-dir`.',
  }),
  DATA_DIRECTORY_NEWER: entry<{ path: string; version: number; supported: number }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) =>
      `The data directory ${f.path} was written by a newer BYOC (version ${f.version}; this one knows ${f.supported}).`,
    hint: () => 'Upgrade BYOC on this machine, or choose another directory with `--data-dir`.',
  }),
  DATA_DIRECTORY_CORRUPT: entry<{ path: string; reason: string }>({
    grpc: 'DATA_LOSS',
    http: 500,
    recovery: 'give-up',
    message: (f) => `The database in ${f.path} is damaged: ${f.reason}.`,
    hint: () => 'Restore the directory from a backup, or move it away and install the plugins again.',
  }),
  DISK_FULL: entry<{ path: string }>({
    grpc: 'RESOURCE_EXHAUSTED',
    http: 507,
    recovery: 'retry-other',
    message: (f) => `There is no space left for ${f.path}.`,
    hint: () => 'Free some space on that disk; what was written is intact.',
  }),
  ORCHESTRATOR_NOT_RUNNING: entry<{ path: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'fix-request',
    message: (f) => `No orchestrator is running on the data directory ${f.path}.`,
    hint: () => 'Start one with `byoc orchestrator start`, or name another directory with `--data-dir`.',
  }),
  ORCHESTRATOR_PERMISSION: entry<{ path: string }>({
    grpc: 'PERMISSION_DENIED',
    http: 403,
    recovery: 'fix-request',
    message: (f) => `This user may not talk to the orchestrator at ${f.path}.`,
    hint: () => 'Run the command as the user that runs the orchestrator.',
  }),
  ADMIN_REQUEST_INVALID: entry<{ reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The orchestrator can't read this request: ${f.reason}.`,
    hint: () => 'Use the `byoc` command of the same version as the orchestrator.',
  }),
} as const;
