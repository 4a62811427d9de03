import { entry } from '../error-entry.ts';

/** The published test kit. */
export const testingErrors = {
  CONFORMANCE_FAILED: entry<{ caseId: string; musts: string[]; expected: string; observed: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    recovery: 'fix-request',
    message: (f) => `The worker breaks ${f.musts.join(', ')} (${f.caseId}): expected ${f.expected}, but ${f.observed}.`,
    hint: () => 'docs/spec/worker-protocol.md has the rule under its number.',
  }),
} as const;
