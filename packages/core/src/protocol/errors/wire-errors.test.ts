import { Metadata, type ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByocError } from '../../errors/byoc-error.ts';
import { ErrorInfo } from '../gen/google/rpc/error_details.ts';
import { fromServiceError } from './from-service-error.ts';
import { fromStatus } from './from-status.ts';
import { toServiceError } from './to-service-error.ts';
import { toStatus } from './to-status.ts';

const foreign = (code: number, details: string) =>
  Object.assign(new Error(details), { code, details, metadata: new Metadata() }) as ServiceError;

describe('errors on the wire', () => {
  it('come back with code, facts and charge', () => {
    const error = new ByocError(
      'FRAME_TOO_LARGE',
      { jobId: 'job_12345678', sizeBytes: 9, limitBytes: 8 },
      { charged: { amountWei: '12' } },
    );
    expect(fromStatus(toStatus(error), 'x').toJSON()).toEqual(error.toJSON());
    expect(fromServiceError(toServiceError(error), { address: 'x' }).toJSON()).toEqual(error.toJSON());
  });

  it('carry ErrorInfo of the domain byoc.dev', () => {
    const status = toStatus(new ByocError('JOB_NOT_FOUND', { jobId: 'job_12345678' }));
    expect(ErrorInfo.decode(status.details[0]?.value ?? new Uint8Array(0))).toMatchInlineSnapshot(`
      {
        "domain": "byoc.dev",
        "metadata": {
          "facts": "{"jobId":"job_12345678"}",
        },
        "reason": "JOB_NOT_FOUND",
      }
    `);
  });

  it('hide what is not catalogued', () => {
    expect(fromStatus(toStatus(new Error('secret')), 'x')).toMatchObject({ code: 'INTERNAL_ERROR' });
  });

  it.each([
    ['an unknown code', 'NO_SUCH_CODE', '{}'],
    ['a code that is a property of every object', 'constructor', '{}'],
    ['facts that are no JSON', 'JOB_NOT_FOUND', '{'],
    ['facts that are no object', 'JOB_NOT_FOUND', '[]'],
    ['facts of another shape', 'CAPABILITY_INPUT_INVALID', '{"capability":"a/b"}'],
    ['missing facts', 'JOB_NOT_FOUND', '{}'],
    ['a recovery that does not exist', 'JOB_FAILED', '{"message":"m","hint":"h","recovery":"rm -rf"}'],
  ])('become PEER_ERROR for %s', (_, reason, facts) => {
    const value = ErrorInfo.encode({ reason, domain: 'byoc.dev', metadata: { facts } }).finish();
    const error = fromStatus(
      { code: 9, message: 'told', details: [{ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value }] },
      'peer',
    );
    expect(error).toMatchObject({
      code: 'PEER_ERROR',
      facts: { address: 'peer', status: 'FAILED_PRECONDITION', message: 'told' },
    });
  });

  it('are read calmly whatever the details are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer(), fc.string(), (value, code, message) => {
        const details = [{ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value }];
        expect(fromStatus({ code, message, details }, 'x')).toBeInstanceOf(ByocError);
      }),
    );
  });

  it('fit into trailers even with many facts, and are whole inside a frame', () => {
    const issues = Array.from({ length: 100 }, (_, i) => ({ path: `/a/${i}`, message: 'é'.repeat(100) }));
    const error = new ByocError('CAPABILITY_INPUT_INVALID', { capability: 'a/b', issues });
    const [packed] = toServiceError(error).metadata.get('grpc-status-details-bin');
    expect(packed?.length).toBeLessThan(6000);
    expect(fromServiceError(toServiceError(error), { address: 'x' })).toMatchObject({
      code: 'CAPABILITY_INPUT_INVALID',
      facts: { issues: issues.slice(0, 8) },
    });
    expect(fromStatus(toStatus(error), 'x')).toMatchObject({ facts: { issues } });
  });

  it.each([
    [14, 'No connection established. Last error: connect ENOENT', 'CONNECTION_FAILED'],
    [14, 'Connection dropped', 'CONNECTION_LOST'],
    [13, 'Received RST_STREAM with code 2 (Internal server error)', 'CONNECTION_LOST'],
    [1, 'Call cancelled', 'CONNECTION_LOST'],
    [8, 'Received message larger than max (5000000 vs 4194304)', 'FRAME_TOO_LARGE'],
    [8, 'Bandwidth exhausted or memory limit exceeded', 'PEER_ERROR'],
    [12, 'The server does not implement the method', 'PEER_ERROR'],
  ])('translate what grpc-js tells: %s %s', (code, details, expected) => {
    expect(fromServiceError(foreign(code, details), { address: 'x' })).toMatchObject({ code: expected });
  });
});
