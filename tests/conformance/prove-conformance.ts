import { isByocError } from '@byoc/core';
import { type ConformanceTarget, conformanceCases } from '@byoc/core/testing';
import { afterAll, expect, it } from 'vitest';

/**
 * Makes a test of every case that the target can be asked, and one that pins those it can't.
 *
 * @param options.leftOut ids of the cases that this target can't be asked
 */
export function proveConformance(target: ConformanceTarget, options: { leftOut: readonly string[] }): void {
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
    expect(leftOut.map(({ id }) => id)).toEqual(options.leftOut);
  });
}
