import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsagePolicy } from '../../capability/capability.ts';
import type { ByocError } from '../../errors/byoc-error.ts';
import type { Usage } from '../payment-provider.ts';
import { type JudgedUsage, judgeUsage, type UsageFault } from './judge-usage.ts';

/** Judges what a worker says, frame by frame, the last with its result; what counts after each, or the code of the error. */
function judgeAll(policy: UsagePolicy, bound: bigint | undefined, frames: readonly Usage[]) {
  const terms = { units: bound === undefined ? { policy } : { policy, bound: String(bound) } };
  let judged: JudgedUsage = {};
  const counts: (bigint | undefined)[] = [];
  const faults: UsageFault[] = [];
  try {
    for (const [index, told] of frames.entries()) {
      const step = judgeUsage(judged, told, { jobId: 'job_1', terms, last: index === frames.length - 1 });
      judged = step.judged;
      faults.push(...step.faults);
      counts.push(judged['units']?.units);
    }
  } catch (error) {
    return { counts, faults, code: (error as ByocError).code };
  }
  return { counts, faults, code: undefined };
}

const of = (...totals: (bigint | undefined)[]): Usage[] =>
  totals.map((units): Usage => (units === undefined ? {} : { units }));

describe('judgeUsage', () => {
  it('believes a count that rises to its bound, whatever the policy', () => {
    for (const policy of ['reject', 'floor', 'estimate'] as const)
      expect(judgeAll(policy, 9n, of(undefined, 0n, 5n, 9n, undefined))).toEqual({
        ...{ counts: [undefined, 0n, 5n, 9n, 9n], faults: [], code: undefined },
      });
  });

  it.each<[UsagePolicy, string, Usage[], string]>([
    ['reject', 'never comes', of(undefined, undefined), 'USAGE_MISSING'],
    ['reject', 'falls', of(5n, 4n, 6n), 'USAGE_DECREASED'],
    ['reject', 'jumps', of(5n, 10n, 6n), 'USAGE_IMPLAUSIBLE'],
    ['floor', 'never comes', of(undefined, undefined), '1'],
    ['floor', 'falls', of(5n, 4n, 8n), '5'],
    ['floor', 'jumps', of(5n, 10n, 8n), '5'],
    ['floor', 'jumps at once', of(10n, 3n), '1'],
    ['estimate', 'never comes', of(undefined, undefined), '9'],
    ['estimate', 'falls', of(5n, 4n, 6n), '9'],
    ['estimate', 'jumps', of(5n, 2n ** 64n - 1n, 6n), '9'],
  ])('with the policy %s, of a count that %s', (policy, _, frames, expected) => {
    const { counts, code, faults } = judgeAll(policy, 9n, frames);
    expect(code ?? String(counts.at(-1))).toBe(expected);
    expect(faults).toHaveLength(code === undefined ? 1 : 0);
  });

  it('rejects what has no bound although the policy is the estimate', () => {
    expect(judgeAll('estimate', undefined, of(undefined)).code).toBe('USAGE_MISSING');
    expect(judgeAll('estimate', undefined, of(2n, 1n)).code).toBe('USAGE_DECREASED');
  });

  it('names every meter of which it heard nothing', () => {
    const terms = { a: { policy: 'reject' }, b: { policy: 'reject' }, constructor: { policy: 'reject' } } as const;
    expect(() => judgeUsage({}, { b: 1n }, { jobId: 'job_1', terms, last: true })).toThrow(
      expect.objectContaining({ code: 'USAGE_MISSING', facts: { jobId: 'job_1', meters: ['a', 'constructor'] } }),
    );
  });

  it('counts what never falls, never passes the bound and is never silently nothing, whatever a worker says', () => {
    const units = fc.option(fc.oneof(fc.bigInt(0n, 12n), fc.bigInt(0n, 2n ** 64n - 1n)), { nil: undefined });
    const policy = fc.constantFrom<UsagePolicy>('reject', 'floor', 'estimate');
    const bound = fc.option(fc.bigInt(0n, 20n), { nil: undefined });
    fc.assert(
      fc.property(policy, bound, fc.array(units, { minLength: 1, maxLength: 8 }), (how, most, totals) => {
        const { counts, faults, code } = judgeAll(how, most, of(...totals));
        for (const [index, counted] of counts.entries()) {
          const before = counts[index - 1];
          if (before !== undefined) expect(counted !== undefined && counted >= before).toBe(true);
          if (most !== undefined && counted !== undefined) expect(counted <= most).toBe(true);
        }
        if (code !== undefined) return;
        const last = counts.at(-1);
        expect(last).toBeDefined();
        // Nothing is counted only where the worker said 0, or nothing is the most.
        if (last === 0n) expect(most === 0n || totals.includes(0n)).toBe(true);
        if (how === 'reject') expect(faults).toEqual([]);
        const honest = totals.every((total, index) => {
          const told = totals.slice(0, index).findLast((one) => one !== undefined);
          return (
            total === undefined || ((told === undefined || total >= told) && (most === undefined || total <= most))
          );
        });
        // Who counts right gets what was counted.
        if (honest && totals.some((total) => total !== undefined))
          expect(last).toBe(totals.findLast((total) => total !== undefined));
      }),
      { numRuns: 500 },
    );
  });
});
