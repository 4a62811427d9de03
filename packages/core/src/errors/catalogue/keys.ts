import { entry } from '../error-entry.ts';

/** Errors of keys and of those who sign with them. No fact of them is ever a key or a password. */
export const keyErrors = {
  KEY_INVALID: entry<{ reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The private key can't be used: ${f.reason}.`,
    hint: () => 'A private key is 64 hex digits, `0x` before them allowed.',
  }),
  ORCHESTRATOR_KEY_MISMATCH: entry<{ path: string; expected: string; actual: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) =>
      `${f.path} belongs to ${f.expected}, and ${f.actual === '' ? 'there is no key for it' : `the key is that of ${f.actual}`}.`,
    hint: (f) => `Start with the key of ${f.expected}, or on another data directory.`,
  }),
} as const;
