import { isByocError, type Recovery } from '@byoc/core';

const byRecovery: Record<Recovery, number> = {
  'fix-request': 2,
  'pay-first': 4,
  'retry-other': 69,
  'retry-same': 75,
  'give-up': 1,
};

/** Maps an error to the exit code of its recovery; 130 when the user interrupted. */
export function exitCodeOf(error: unknown): number {
  if (isByocError(error, 'INTERRUPTED')) return 130;
  return isByocError(error) ? byRecovery[error.recovery] : 1;
}
