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
  KEYSTORE_UNREADABLE: entry<{ path: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `The key file ${f.path} can't be used: ${f.reason}.`,
    hint: () => 'Name another file with `--keystore`, or make one: `byoc wallet create`.',
  }),
  KEYSTORE_INVALID: entry<{ path: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `${f.path} is no key file: ${f.reason}.`,
    hint: () => 'Restore it from a backup. It has to be a keystore of version 3, as go-ethereum writes it.',
  }),
  KEYSTORE_PASSWORD_WRONG: entry<{ path: string }>({
    grpc: 'PERMISSION_DENIED',
    http: 403,
    recovery: 'fix-request',
    message: (f) => `The password does not open ${f.path}.`,
    hint: () => 'Check `--password-file`, BYOC_ETH_PASSWORD or what you typed. A damaged file answers the same.',
  }),
  KEYSTORE_PASSWORD_MISSING: entry<{ path: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `There is no password for ${f.path}.`,
    hint: () =>
      'Name a file with `--password-file`, set BYOC_ETH_PASSWORD, or run the command in a terminal and type it.',
  }),
  KEYSTORE_EXISTS: entry<{ path: string }>({
    grpc: 'ALREADY_EXISTS',
    http: 409,
    recovery: 'fix-request',
    message: (f) => `${f.path} is there already, and a key file is never replaced.`,
    hint: () => 'Name another file with `--keystore`, or move that one away.',
  }),
  SIGNER_URL_INVALID: entry<{ reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The address of the remote signer can't be used: ${f.reason}.`,
    hint: () => 'Use `https://host:port`, or `http://127.0.0.1:port` for a signer on this machine.',
  }),
  SIGNER_UNREACHABLE: entry<{ url: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-same',
    message: (f) => `The remote signer ${f.url} can't be reached: ${f.reason}.`,
    hint: () =>
      'Check that `byoc signer serve` runs there, and the certificate. Nothing was signed that could be used.',
  }),
  SIGNER_TOKEN_REFUSED: entry<{ url: string }>({
    grpc: 'UNAUTHENTICATED',
    http: 401,
    recovery: 'fix-request',
    message: (f) => `The remote signer ${f.url} does not know this token.`,
    hint: () => 'Set the token that it was started with: `--signer-token-file` or BYOC_SIGNER_TOKEN.',
  }),
  SIGNER_REFUSED: entry<{ url: string; reason: string }>({
    grpc: 'PERMISSION_DENIED',
    http: 403,
    recovery: 'give-up',
    message: (f) => `The remote signer ${f.url} refuses to sign this: ${f.reason}.`,
    hint: () =>
      "It keeps to its operator's policy: limits of a day start anew at midnight UTC, lists are options of `byoc signer serve`.",
  }),
  SIGNER_ANSWER_INVALID: entry<{ url: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 502,
    recovery: 'give-up',
    message: (f) => `The remote signer ${f.url} gave an answer that can't be used: ${f.reason}.`,
    hint: () => 'Check that the address is that of a BYOC signer, and that its key was not exchanged.',
  }),
  SIGNER_STATE_UNREADABLE: entry<{ path: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 503,
    recovery: 'fix-request',
    message: (f) => `What was signed today can't be read or written at ${f.path}: ${f.reason}.`,
    hint: () => 'Nothing is signed until it can. Make the file writable; removing it starts the day anew.',
  }),
  SIGNER_TOKEN_WEAK: entry<{ least: number }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The token of the signer has to have ${f.least} characters or more.`,
    hint: () => 'Make one with `openssl rand -hex 32`, or let `byoc signer serve` make it.',
  }),
  SIGNER_TOKEN_MISSING: entry<Record<string, never>>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: () => 'There is no token for the remote signer.',
    hint: () => 'Name a file with `--signer-token-file`, or set BYOC_SIGNER_TOKEN.',
  }),
  WALLET_MISSING: entry<{ path: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `There is no wallet: ${f.path} is not there, and no other key is named.`,
    hint: () => 'Make one with `byoc wallet create`, or name a key with `--keystore`, `--signer` or BYOC_ETH_KEY.',
  }),
  CONFIRMATION_MISSING: entry<{ action: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `Nobody confirmed to ${f.action}, and nothing was sent.`,
    hint: () => 'Answer `y` in a terminal, or add `--yes`. `--dry-run` shows what would be sent.',
  }),
} as const;
