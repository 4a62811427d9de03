import { createJobId } from '../../../primitives/job-id.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectError } from '../expect-error.ts';
import { expectThat } from '../expect-that.ts';

/** Cancels and disconnects. */
export const cancelCases: readonly ConformanceCase[] = [
  defineCase(
    {
      id: 'cancel-by-id',
      musts: ['W-12', 'W-16', 'W-24'],
      title: 'cancels a job by id, answers when it has ended, and counts nothing more',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong();
      const { answer, end } = await worker.cancel(job.jobId);
      expectThat(
        answer?.cancelled === true,
        'cancelled = true',
        `it was ${answer?.cancelled} (${end.status} ${end.text})`,
      );
      const frames = await job.finishWithError('JOB_CANCELLED');
      const again = await worker.cancel(job.jobId);
      expectThat(
        again.answer?.cancelled === false,
        'cancelled = false for a job that has ended',
        `it was ${again.answer?.cancelled}`,
      );
      const replay = await worker.attach(job.jobId, frames.at(-2)?.frame.sequence ?? 1).finish();
      expectThat(
        replay.at(-1)?.frame.type === 'error',
        'no frame after the end',
        `there was ${replay.at(-1)?.frame.type}`,
      );
    },
  ),
  defineCase(
    { id: 'cancel-of-an-ended-job', musts: ['W-24'], title: 'says that a job had ended before it could be cancelled' },
    async (session) => {
      const worker = await session.worker();
      const job = worker.openSmall();
      await job.finish();
      const { answer, end } = await worker.cancel(job.jobId);
      expectThat(
        answer?.cancelled === false,
        'cancelled = false',
        `it was ${answer?.cancelled} (${end.status} ${end.text})`,
      );
    },
  ),
  defineCase(
    { id: 'cancel-of-an-unknown-job', musts: ['W-24', 'W-50'], title: 'knows no job that it never had' },
    async (session) => {
      const worker = await session.worker();
      const { end } = await worker.cancel(createJobId());
      expectError(end.error, 'JOB_NOT_FOUND', 'the refusal');
    },
  ),
  defineCase(
    { id: 'caller-leaves', musts: ['W-25'], title: 'cancels a job whose caller cancels the call', needs: ['long-job'] },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong();
      job.cancel();
      const { stream } = await worker.attachKept(job.jobId);
      await stream.finishWithError('JOB_CANCELLED');
    },
  ),
  defineCase(
    {
      id: 'job-goes-on-alone',
      musts: ['W-25', 'W-28', 'W-29'],
      title: 'lets a job with CONTINUE run on when its caller leaves',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong({ onDisconnect: 'continue' });
      job.cancel();
      await job.status();
      const { stream } = await worker.attachKept(job.jobId);
      const { answer } = await worker.cancel(job.jobId);
      expectThat(answer?.cancelled === true, 'a job that still ran', 'it had ended');
      await stream.finishWithError('JOB_CANCELLED');
    },
  ),
];
