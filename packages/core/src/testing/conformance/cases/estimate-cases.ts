import { workerMethods } from '../../../protocol/worker/worker-methods.ts';
import type { CaseSession } from '../case-session.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectError } from '../expect-error.ts';
import { expectLawfulFrames } from '../expect-lawful-frames.ts';
import { expectThat } from '../expect-that.ts';

/** The worker, if it has the feature. */
async function estimating(session: CaseSession) {
  const worker = await session.worker();
  const { features } = await worker.answer(workerMethods.getInfo, undefined);
  return features.includes('estimate-usage') ? worker : undefined;
}
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** The feature `estimate-usage`; a worker without it passes. */
export const estimateCases: readonly ConformanceCase[] = [
  defineCase(
    { id: 'estimate-is-a-bound', musts: ['W-33'], title: 'estimates no less than a job then uses' },
    async (session) => {
      const worker = await estimating(session);
      if (worker === undefined) return;
      const { capability, input } = session.sample;
      const bounds = await worker.answer(workerMethods.estimateUsage, { capability, inputJson: json(input) });
      const { usage } = expectLawfulFrames(await worker.openSmall().finish(), { capability });
      for (const [meter, total] of Object.entries(usage)) {
        const bound = bounds[meter];
        expectThat(
          bound === undefined || bound >= total,
          `\`${meter}\` of at most ${bound}, as estimated`,
          `the job used ${total}`,
        );
      }
    },
  ),
  defineCase(
    {
      id: 'estimate-checks-its-input',
      musts: ['W-33', 'W-50'],
      title: 'estimates nothing that it would refuse to run',
    },
    async (session) => {
      const worker = await estimating(session);
      if (worker === undefined) return;
      const { capability, input, invalidInput } = session.sample;
      const refused = async (request: { capability: string; inputJson: Uint8Array }) =>
        (await worker.ask(workerMethods.estimateUsage, request)).end.error;
      const where = 'the refusal of an estimate';
      expectError(await refused({ capability, inputJson: json(invalidInput) }), 'CAPABILITY_INPUT_INVALID', where);
      expectError(
        await refused({ capability: 'nobody/has@1.0.0', inputJson: json(input) }),
        'CAPABILITY_UNKNOWN',
        where,
      );
      expectError(await refused({ capability, inputJson: new TextEncoder().encode('{') }), 'FRAME_MALFORMED', where);
    },
  ),
];
