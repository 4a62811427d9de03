import { parseManifest } from '../../../manifest/parse-manifest.ts';
import { healthCheck } from '../../../protocol/grpc/health-service.ts';
import { workerMethods } from '../../../protocol/worker/worker-methods.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectThat } from '../expect-that.ts';
import type { ProbedJob } from '../probed-job.ts';

/** A worker with more slots is not filled: that measures the machine. */
const FILLED_SLOTS_MAX = 16;
const SOME_JOBS = 3;

/** What a worker tells of its state. */
export const stateCases: readonly ConformanceCase[] = [
  defineCase(
    { id: 'state-at-once', musts: ['W-8', 'W-9'], title: 'sends its state at once to everybody who watches' },
    async (session) => {
      const worker = await session.worker();
      const manifest = parseManifest(await worker.answer(workerMethods.getManifest, undefined), {
        location: 'GetManifest',
      });
      for (const state of [await worker.state(), await worker.state()]) {
        const { phase, slotsFree, slotsTotal } = state;
        const told = `${phase} with ${slotsFree} of ${slotsTotal}`;
        expectThat(phase === 'ready' || phase === 'busy', 'ready or busy', `it was ${told}`);
        expectThat(
          slotsTotal === manifest.concurrency,
          `${manifest.concurrency} slots, as the manifest says`,
          `it was ${told}`,
        );
        expectThat((phase === 'busy') === (slotsFree === 0), 'busy exactly without a free slot', `it was ${told}`);
      }
    },
  ),
  defineCase(
    {
      id: 'busy-without-slots',
      musts: ['W-8', 'W-9', 'W-14'],
      title: 'is busy and refuses jobs while every slot is taken, and ready again afterwards',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      const { slotsTotal } = await worker.state();
      const isFilled = slotsTotal <= FILLED_SLOTS_MAX;
      const count = isFilled ? slotsTotal : SOME_JOBS;
      const jobs: ProbedJob[] = [];
      while (jobs.length < count) jobs.push(await worker.openLong());
      const full = await worker.state(({ slotsFree }) => slotsFree === slotsTotal - count);
      expectThat(
        full.phase === (isFilled ? 'busy' : 'ready'),
        'busy exactly without a free slot',
        `it was ${full.phase}`,
      );
      if (isFilled) await worker.openSmall().expectRefusal('WORKER_BUSY');
      const [first] = jobs;
      if (first !== undefined) await worker.cancel(first.jobId);
      await worker.state(({ phase, slotsFree }) => phase === 'ready' && slotsFree > slotsTotal - count);
    },
  ),
  defineCase(
    {
      id: 'answers-before-ready',
      musts: ['W-4', 'W-14'],
      title: 'answers who it is from the start, and takes no job before it is ready',
      needs: ['process'],
    },
    async (session) => {
      const worker = session.probe(await session.start());
      const before = await worker.state();
      const early = worker.openSmall();
      await worker.answer(workerMethods.getInfo, undefined);
      await worker.answer(workerMethods.getManifest, undefined);
      await worker.answer(healthCheck, '');
      const first = await early.next();
      // It may have become ready meanwhile.
      if (first === undefined) await early.expectRefusal('WORKER_NOT_READY');
      else
        expectThat(first.frame.type === 'accepted', 'accepted or a refusal', `the first frame was ${first.frame.type}`);
      expectThat(
        before.phase !== 'busy' && before.phase !== 'draining',
        'starting, warming or ready',
        `it was ${before.phase}`,
      );
      await worker.ready();
    },
  ),
];
