import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { CaseSession } from './case-session.ts';
import type { ConformanceCase } from './conformance-case.ts';
import type { ConformanceTarget } from './conformance-target.ts';
import { Mismatch } from './mismatch.ts';

/** What a case asks of a target. */
type Need = 'process' | 'long-job' | 'live-part' | 'parts' | 'manifest';

const needs: Record<Need, { isMet(target: ConformanceTarget): boolean; why: string }> = {
  process: { isMet: ({ start }) => start !== undefined, why: 'the kit did not start this worker and may not end it' },
  'long-job': { isMet: ({ sample }) => sample.longJob !== undefined, why: 'the sample has no long job' },
  'live-part': {
    isMet: ({ sample }) => sample.longJob?.livePart !== undefined,
    why: 'the long job of the sample reads no live part',
  },
  parts: {
    isMet: ({ sample }) => Object.keys(sample.parts ?? {}).length > 0,
    why: 'the small job of the sample has no parts',
  },
  manifest: { isMet: ({ manifest }) => manifest !== undefined, why: 'the target has no plugin.json' },
};

/** Makes a case: what it needs is checked, what it starts is ended, what it finds wrong is told with its number. */
export function defineCase(
  definition: { id: string; musts: readonly string[]; title: string; needs?: readonly Need[] },
  work: (session: CaseSession) => Promise<void>,
): ConformanceCase {
  const { id, title, musts } = definition;
  return {
    id,
    musts,
    title,
    unmet: (target) => definition.needs?.map((need) => needs[need]).find((need) => !need.isMet(target))?.why,
    async run(target, { signal }) {
      const session = new CaseSession(target, signal);
      try {
        await work(session);
      } catch (cause) {
        const { expected, observed } = explain(cause);
        throw new ByocError('CONFORMANCE_FAILED', { caseId: id, musts: [...musts], expected, observed }, { cause });
      } finally {
        await session.close();
      }
    },
  };
}

function explain(cause: unknown): { expected: string; observed: string } {
  if (cause instanceof Mismatch) return cause;
  const text = isByocError(cause) ? `${cause.code}: ${cause.shortMessage}` : String(cause);
  return { expected: 'readable answers of a running worker', observed: text.replace(/\.$/, '') };
}
