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
  LOCAL_CHAIN_UNAVAILABLE: entry<{ reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 500,
    recovery: 'fix-request',
    message: (f) => `There is no chain of one's own here: ${f.reason}.`,
    hint: () =>
      'Install anvil (`npm install @foundry-rs/anvil`, or https://getfoundry.sh) and, once, let npm reach its registry.',
  }),
} as const;
