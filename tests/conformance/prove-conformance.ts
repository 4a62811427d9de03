import { isByocError } from '@byoc/core';
import { type ConformanceTarget, conformanceCases } from '@byoc/core/testing';
import { afterAll, expect, it } from 'vitest';

/** Cases that can't be asked of a worker whose sample lacks something. */
const casesOf = {
  /** Files that come with the small job. */
  parts: ['reads-staged-parts', 'misses-parts'],
  /** A part that a long job reads as it comes. */
  'live-part': ['wants-nothing-after-the-last-chunk', 'wants-nothing-after-end'],
  /** A job that lasts until it is let go. */
  'long-job': [
    ...['busy-without-slots', 'opens-once', 'refuses-large-chunks', 'checks-part-names', 'ends-on-empty-frames'],
    ...['checks-updates', 'refuses-running-ids', 'keeps-the-deadline', 'cancel-by-id', 'caller-leaves'],
    ...['job-goes-on-alone', 'attach-follows', 'drain-lets-jobs-end', 'drain-cancels-at-its-grace', 'sigterm-drains'],
  ],
  /** A worker of a case's own: left out where another target has proven how the same worker starts and ends. */
  'own-worker': [
    ...['answers-before-ready', 'lists-its-output-files', 'reads-staged-parts', 'tcp-wants-the-secret'],
    ...['drain-lets-jobs-end', 'drain-cancels-at-its-grace', 'sigterm-drains', 'sigterm-when-idle'],
    ...['ends-without-a-host', 'starts-again-after-a-kill', 'wants-an-address'],
  ],
} as const;

/**
 * Makes a test of every case that the target can be asked, and one that pins those it can't.
 *
 * @param options.lacks what this target, or its sample, does not have
 */
export function proveConformance(
  target: ConformanceTarget,
  options: { lacks: readonly (keyof typeof casesOf)[] },
): void {
  afterAll(() => target.close());
  for (const each of conformanceCases) {
    if (each.unmet(target) !== undefined) continue;
    it(`${each.title} (${each.musts.join(', ')}: ${each.id})`, async ({ signal }) => {
      await each.run(target, { signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]) }).catch((error) => {
        throw isByocError(error) ? new Error(error.shortMessage, { cause: error.cause }) : error;
      });
    });
  }
  it('leaves out only what it has no sample for', () => {
    const leftOut = conformanceCases.filter((each) => each.unmet(target) !== undefined);
    const lacking = options.lacks.flatMap((need) => casesOf[need]);
    expect(leftOut.map(({ id }) => id).toSorted()).toEqual(lacking.toSorted());
  });
}
