import { describe, expect, it } from 'vitest';
import { ByocError } from '../../errors/byoc-error.ts';
import { errorCatalogue } from '../../errors/catalogue/index.ts';
import type { Recovery } from '../../errors/error-entry.ts';
import { type JobEnding, outcomeOf } from './job-end.ts';

const failed = (recovery: Recovery): JobEnding => ({
  type: 'error',
  error: new ByocError('JOB_FAILED', { jobId: 'job_1', reason: 'r', message: 'm', hint: 'h', recovery }),
});
const midway = { hadOutput: true, stopped: undefined };

describe('what payment is told about a failure that a handler reports', () => {
  it.each([
    ['fix-request', 'failed-midway'],
    ['give-up', 'failed-midway'],
    ['pay-first', 'failed-midway'],
    ['retry-other', 'failed-by-orchestrator'],
    ['retry-same', 'failed-by-orchestrator'],
  ] as const)('with the recovery %s after output: %s', (recovery, outcome) => {
    expect(outcomeOf(failed(recovery), midway)).toBe(outcome);
  });

  it('by a code of its own is nobody else’s fault either: nothing that the caller can not mend is charged', () => {
    const charged = Object.entries(errorCatalogue).flatMap(([code, { recovery }]) => {
      const error = Object.assign(Object.create(ByocError.prototype), { code, recovery });
      return outcomeOf({ type: 'error', error }, midway) === 'failed-by-orchestrator' ? [] : [[code, recovery]];
    });
    const mendable = charged.filter(([, recovery]) => recovery?.startsWith('retry'));
    expect(mendable).toEqual([['JOB_DEADLINE_EXCEEDED', 'retry-other']]);
    const codes = charged.map(([code]) => code);
    for (const code of [
      'WORKER_LOST',
      'DISK_FULL',
      'CAPABILITY_EVENT_INVALID',
      'USAGE_IMPLAUSIBLE',
      'FRAME_OUT_OF_ORDER',
    ])
      expect(codes).not.toContain(code);
    for (const code of ['JOB_CANCELLED', 'CAPABILITY_INPUT_INVALID', 'PAYMENT_TOP_UP_MISSING'])
      expect(codes).toContain(code);
  });

  it.each([
    new ByocError('JOB_CANCELLED', { jobId: 'job_1', reason: 'r' }),
    new ByocError('FRAME_OUT_OF_ORDER', { jobId: 'job_1', frame: 'chunk', reason: 'r' }),
    new ByocError('CHAIN_UNAVAILABLE', { reason: 'r' }),
    new ByocError('PAYMENT_SENDER_RESERVE_TOO_LOW', { sender: '0x', faceValueWei: '1', neededWei: '2' }),
  ])('that its caller brought about is charged: $code', (error) => {
    const outcome = outcomeOf({ type: 'error', error }, { hadOutput: true, stopped: error });
    expect(outcome).toBe(error.code === 'JOB_CANCELLED' ? 'cancelled-midway' : 'failed-midway');
  });

  it('of an orchestrator that closes costs nothing, although it was ended from outside', () => {
    const error = new ByocError('ORCHESTRATOR_CLOSING', {});
    expect(outcomeOf({ type: 'error', error }, { hadOutput: true, stopped: error })).toBe('failed-by-orchestrator');
  });

  it('before any output is that nothing came', () => {
    expect(outcomeOf(failed('fix-request'), { ...midway, hadOutput: false })).toBe('failed-before-output');
  });
});
