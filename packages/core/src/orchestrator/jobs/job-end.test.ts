import { describe, expect, it } from 'vitest';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Recovery } from '../../errors/error-entry.ts';
import { type JobEnding, outcomeOf } from './job-end.ts';

const failed = (recovery: Recovery): JobEnding => ({
  type: 'error',
  error: new ByocError('JOB_FAILED', { jobId: 'job_1', reason: 'r', message: 'm', hint: 'h', recovery }),
});

describe('what payment is told about a failure that a handler reports', () => {
  it.each([
    ['fix-request', 'failed-midway'],
    ['give-up', 'failed-midway'],
    ['pay-first', 'failed-midway'],
    ['retry-other', 'failed-by-orchestrator'],
    ['retry-same', 'failed-by-orchestrator'],
  ] as const)('with the recovery %s after output: %s', (recovery, outcome) => {
    expect(outcomeOf(failed(recovery), { hadOutput: true })).toBe(outcome);
  });

  it('before any output is that nothing came', () => {
    expect(outcomeOf(failed('fix-request'), { hadOutput: false })).toBe('failed-before-output');
  });
});
