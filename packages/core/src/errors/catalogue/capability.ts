import { entry } from '../error-entry.ts';

/** One field that does not match its schema. */
export interface FieldIssue {
  /** JSON Pointer to the field (RFC 6901); empty for the whole value. */
  readonly path: string;
  /** What is wrong, for example `must be at most 50, got 120`. */
  readonly message: string;
}

function list(issues: readonly FieldIssue[]): string {
  return issues.map((issue) => `\`${issue.path === '' ? '(whole value)' : issue.path}\` ${issue.message}`).join('; ');
}

/** Capabilities and the values that travel through them. */
export const capabilityErrors = {
  CAPABILITY_INPUT_INVALID: entry<{ capability: string; issues: FieldIssue[] }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `Input of ${f.capability} is invalid: ${list(f.issues)}.`,
    hint: () => 'Correct the named fields; `byoc plugin inspect` or the offer shows the schema.',
  }),
  CAPABILITY_OUTPUT_INVALID: entry<{ capability: string; issues: FieldIssue[] }>({
    grpc: 'INTERNAL',
    http: 502,
    recovery: 'retry-other',
    message: (f) => `The worker's output of ${f.capability} does not match its own schema: ${list(f.issues)}.`,
    hint: () => 'The plugin has a bug: tell its publisher, or choose another offer.',
  }),
  CAPABILITY_EVENT_INVALID: entry<{ capability: string; issues: FieldIssue[] }>({
    grpc: 'INTERNAL',
    http: 502,
    recovery: 'retry-other',
    message: (f) => `An event of ${f.capability} does not match its own schema: ${list(f.issues)}.`,
    hint: () => 'The plugin has a bug: tell its publisher, or choose another offer.',
  }),
  CAPABILITY_DEFINITION_INVALID: entry<{ capability: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `Capability ${f.capability} can't be defined: ${f.reason}.`,
    hint: () => 'Use only types that JSON Schema 2020-12 can express, and names of the form `namespace/name`.',
  }),
  CAPABILITY_REFERENCE_INVALID: entry<{ reference: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `\`${f.reference}\` is not a capability reference.`,
    hint: () => 'Write `namespace/name`, `namespace/name@1.2.3` or `namespace/name@^1`.',
  }),
  ESTIMATE_INVALID: entry<{ meter: string; expression: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The estimate of meter \`${f.meter}\` (\`${f.expression}\`) failed: ${f.reason}.`,
    hint: () => 'An estimate is a CEL expression over `input` that gives a whole number of at least 0.',
  }),
} as const;
