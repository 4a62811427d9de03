import { createJobId } from '../../../primitives/job-id.ts';
import { healthCheck } from '../../../protocol/grpc/health-service.ts';
import { readServiceNames, writeListServices } from '../../../protocol/probe/probe-reflection.ts';
import { WORKER_SERVICE, workerMethods } from '../../../protocol/worker/worker-methods.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectError } from '../expect-error.ts';
import { expectLawfulFrames } from '../expect-lawful-frames.ts';
import { expectThat } from '../expect-that.ts';

/** A worker that listens on TCP. */
export const tcpCases: readonly ConformanceCase[] = [
  defineCase(
    {
      id: 'tcp-wants-the-secret',
      musts: ['W-1', 'W-2', 'W-3'],
      title: 'listens on TCP, answers only calls with its secret, and everybody for health and reflection',
      needs: ['process'],
    },
    async (session) => {
      const { worker } = await session.startReady({ transport: 'tcp' });
      const { sample } = session;
      const jobId = createJobId();
      for (const secret of ['', 'wrong', 'conformance-secret-and-more']) {
        const asked = [
          await worker.ask(workerMethods.getInfo, undefined, { secret }),
          await worker.ask(workerMethods.getManifest, undefined, { secret }),
          await worker.ask(workerMethods.watchState, undefined, { secret }),
          await worker.ask(
            workerMethods.estimateUsage,
            { capability: sample.capability, inputJson: new Uint8Array() },
            { secret },
          ),
          await worker.ask(workerMethods.attachJob, { jobId, afterSequence: 0 }, { secret }),
          await worker.ask(workerMethods.cancelJob, { jobId, reason: '', graceMs: 0 }, { secret }),
          await worker.ask(workerMethods.drain, { graceMs: 0 }, { secret }),
        ];
        for (const { end } of asked) expectError(end.error, 'WORKER_SECRET_INVALID', 'the refusal');
        const job = worker.call({ secret });
        job.send(worker.frame(job.jobId, sample.input));
        await job.expectRefusal('WORKER_SECRET_INVALID');
        const health = await worker.answer(healthCheck, '', { secret });
        expectThat(health === 1, 'SERVING (1) without the secret', `health was ${health}`);
      }
      const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
      const names = await worker.read(path, writeListServices(), readServiceNames, () => true);
      expectThat(names.includes(WORKER_SERVICE), `${WORKER_SERVICE} by reflection`, `there were ${names.join(', ')}`);
      expectLawfulFrames(await worker.openSmall().finish(), { capability: sample.capability });
    },
  ),
];
