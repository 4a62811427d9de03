import { healthCheck } from '../../../protocol/grpc/health-service.ts';
import { workerMethods } from '../../../protocol/worker/worker-methods.ts';
import type { CaseSession } from '../case-session.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { OwnWorker } from '../conformance-target.ts';
import { defineCase } from '../define-case.ts';
import { expectLawfulFrames } from '../expect-lawful-frames.ts';
import { expectThat } from '../expect-that.ts';

const LONG_MS = 10 * 60_000;

async function expectExit({ wait }: CaseSession, own: OwnWorker, expected = 0): Promise<void> {
  const { exitCode, signal } = await wait(own.exited, 'the process to end');
  expectThat(
    exitCode === expected,
    `the process to end with ${expected}`,
    `it ended with ${exitCode ?? signal}; its log:\n${own.log()}`,
  );
}

/** How a worker ends. Each case ends a process of its own. */
export const endCases: readonly ConformanceCase[] = [
  defineCase(
    {
      id: 'drain-lets-jobs-end',
      musts: ['W-3', 'W-8', 'W-14', 'W-40'],
      title: 'drains: takes no job, lets the running ones end, answers then, and ends its process with 0',
      needs: ['process', 'long-job'],
    },
    async (session) => {
      const { own, worker } = await session.startReady();
      const job = await worker.openLong();
      const drained = worker.ask(workerMethods.drain, { graceMs: LONG_MS });
      await worker.state(({ phase }) => phase === 'draining');
      await worker.openSmall().expectRefusal('WORKER_DRAINING');
      const health = await worker.answer(healthCheck, '');
      expectThat(health === 2, 'NOT_SERVING (2) while it drains', `health was ${health}`);
      const last = (await worker.release(job)).at(-1);
      expectThat(
        last?.frame.type === 'result',
        'the running job to end with its result',
        `it ended with ${last?.frame.type}`,
      );
      const { end } = await drained;
      expectThat(end.status === 'OK', 'Drain to answer', `it ended with ${end.status} (${end.text})`);
      await expectExit(session, own);
    },
  ),
  defineCase(
    {
      id: 'drain-cancels-at-its-grace',
      musts: ['W-40'],
      title: 'cancels what still runs when the grace of a drain is over, or a second drain has cut it short',
      needs: ['process', 'long-job'],
    },
    async (session) => {
      const { own, worker } = await session.startReady();
      const job = await worker.openLong();
      const drains = [worker.ask(workerMethods.drain, { graceMs: LONG_MS })];
      await worker.state(({ phase }) => phase === 'draining');
      drains.push(worker.ask(workerMethods.drain, { graceMs: 0 }));
      await job.finishWithError('JOB_CANCELLED');
      for (const { end } of await Promise.all(drains))
        expectThat(end.status === 'OK', 'both calls of Drain to answer', `one ended with ${end.status} (${end.text})`);
      await expectExit(session, own);
    },
  ),
  defineCase(
    { id: 'sigterm-drains', musts: ['W-40'], title: 'takes SIGTERM for a drain', needs: ['process', 'long-job'] },
    async (session) => {
      const { own, worker } = await session.startReady();
      const job = await worker.openLong();
      own.kill('SIGTERM');
      await worker.state(({ phase }) => phase === 'draining');
      const last = (await worker.release(job)).at(-1);
      expectThat(
        last?.frame.type === 'result',
        'the running job to end with its result',
        `it ended with ${last?.frame.type}`,
      );
      await expectExit(session, own);
    },
  ),
  defineCase(
    { id: 'sigterm-when-idle', musts: ['W-40'], title: 'ends with 0 on SIGTERM when nothing runs', needs: ['process'] },
    async (session) => {
      const { own } = await session.startReady();
      own.kill('SIGTERM');
      await expectExit(session, own);
    },
  ),
  defineCase(
    {
      id: 'ends-without-a-host',
      musts: ['W-41'],
      title: 'ends itself when no host watches it for BYOC_HOST_GRACE_MS',
      needs: ['process'],
    },
    async (session) => {
      const own = await session.start({ environment: { BYOC_HOST_GRACE_MS: '1000' } });
      await expectExit(session, own);
    },
  ),
  defineCase(
    {
      id: 'starts-again-after-a-kill',
      musts: ['W-1', 'W-42'],
      title: 'starts again where it was killed midway: over its stale socket, and knowing no job',
      needs: ['process'],
    },
    async (session) => {
      const { own, worker } = await session.startReady();
      const { longJob, input, capability } = session.sample;
      const job = longJob === undefined ? worker.open(input) : await worker.openLong();
      own.kill('SIGKILL');
      await session.wait(own.exited, 'the process to end');
      const { worker: next } = await session.startReady({ root: own.root });
      expectLawfulFrames(await next.openSmall({ jobId: job.jobId }).finish(), { capability });
    },
  ),
  defineCase(
    {
      id: 'wants-an-address',
      musts: ['W-1'],
      title: 'ends and says why when nobody tells it where to listen',
      needs: ['process'],
    },
    async (session) => {
      const own = await session.start({ environment: { BYOC_WORKER_ADDRESS: undefined }, until: 'started' });
      const { exitCode } = await session.wait(own.exited, 'the process to end');
      expectThat(exitCode !== 0 && exitCode !== null, 'an exit code other than 0', `it was ${exitCode}`);
      expectThat(
        own.log().includes('BYOC_WORKER_ADDRESS'),
        'a message that names BYOC_WORKER_ADDRESS',
        `it wrote: ${own.log()}`,
      );
    },
  ),
];
