import { ByocError } from '@byoc/core';
import fc from 'fast-check';
import { bytes, type Script } from '../../packages/core/src/orchestrator/jobs/jobs-lab.ts';

/** A job, and the point at which its orchestrator dies; 0: it lives. */
export interface JobStep {
  readonly type: 'job';
  /** Characters that come with each event. */
  readonly counts: readonly number[];
  readonly end: 'result' | 'fix-request' | 'worker-lost' | 'usage-falls' | 'cancel';
  readonly maxCostWei: bigint;
  readonly dieAt: number;
}

/** Time on the chain, then a look at it. `blocks`: the parameters of what was won are over. `away`: its rounds are. */
export interface ChainStep {
  readonly type: 'blocks' | 'away';
  readonly dieAt: number;
}

const milli = 10n ** 15n;
const dieAt = (max: number) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.integer({ min: 1, max }) });
const job: fc.Arbitrary<JobStep> = fc.record({
  type: fc.constant('job' as const),
  counts: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 4, arbitrary: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 }) },
  ),
  end: fc.constantFrom('result', 'result', 'fix-request', 'worker-lost', 'usage-falls', 'cancel', 'cancel'),
  maxCostWei: fc.bigInt(2n * milli, 12n * milli),
  dieAt: dieAt(40),
});
const chain: fc.Arbitrary<ChainStep> = fc.record({
  type: fc.constantFrom('blocks', 'blocks', 'blocks', 'away'),
  dieAt: dieAt(25),
});

/** Any sequence of them. */
export const conservationSteps = fc.array(
  fc.oneof<fc.MaybeWeightedArbitrary<JobStep | ChainStep>[]>(
    { weight: 3, arbitrary: job },
    { weight: 2, arbitrary: chain },
  ),
  { minLength: 12, maxLength: 15 },
);

/** What the worker does with a job. `cancelled`: when it is told that its caller cancels. */
export function scriptOf({ counts, end }: JobStep, cancelled: Promise<void>): Script {
  return async function* (frames) {
    const { jobId } = (await frames.next()).value;
    let sequence = 1;
    let characters = 0n;
    yield [{ sequence, type: 'accepted', capability: 'example/echo@1.0.0' }];
    for (const more of counts) {
      characters += BigInt(more);
      yield [
        { sequence: ++sequence, type: 'event', eventJson: bytes({}) },
        { sequence: ++sequence, type: 'usage', usage: { characters } },
      ];
    }
    sequence += 1;
    if (end === 'worker-lost') throw new Error('the connection broke');
    if (end === 'usage-falls') yield [{ sequence, type: 'usage', usage: { characters: characters - 1n } }];
    else if (end === 'result')
      yield [{ sequence, type: 'result', outputJson: bytes({ text: 'hi' }), usage: { characters }, parts: [] }];
    else if (end === 'fix-request') {
      const facts = { jobId, reason: 'too-long', message: 'it is too long', hint: 'shorten it', recovery: end };
      yield [{ sequence, type: 'error', error: new ByocError('JOB_FAILED', facts) }];
    } else {
      await cancelled;
      yield [{ sequence, type: 'error', error: new ByocError('JOB_CANCELLED', { jobId, reason: 'it was asked to' }) }];
    }
  };
}
