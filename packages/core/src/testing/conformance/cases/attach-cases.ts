import { createJobId } from '../../../primitives/job-id.ts';
import type { ProbeFrame } from '../../../protocol/probe/read-probe-frames.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectThat } from '../expect-that.ts';

function expectSame(again: readonly ProbeFrame[], before: readonly ProbeFrame[]): void {
  const numbers = (frames: readonly ProbeFrame[]) => frames.map(({ frame }) => frame.sequence).join(' ') || 'none';
  expectThat(numbers(again) === numbers(before), `frames ${numbers(before)}`, `they were ${numbers(again)}`);
  before.forEach(({ bytes, frame }, at) => {
    const same = Buffer.compare(bytes, again[at]?.bytes ?? new Uint8Array()) === 0;
    expectThat(same, `frame ${frame.sequence} byte for byte`, `it differs (\`${frame.type}\`)`);
  });
}

/** Frames that are sent again. */
export const attachCases: readonly ConformanceCase[] = [
  defineCase(
    {
      id: 'replays-frames',
      musts: ['W-27', 'W-28'],
      title: 'sends the frames of a job again, from any number, byte for byte',
    },
    async (session) => {
      const worker = await session.worker();
      const job = worker.openSmall();
      const frames = await job.finish();
      for (const after of new Set([0, 1, Math.floor(frames.length / 2), frames.length - 1]))
        expectSame(await worker.attach(job.jobId, after).finish(), frames.slice(after));
    },
  ),
  defineCase(
    {
      id: 'attach-after-the-last-frame',
      musts: ['W-29'],
      title: 'ends at once for who has every frame of an ended job',
    },
    async (session) => {
      const worker = await session.worker();
      const job = worker.openSmall();
      const frames = await job.finish();
      for (const after of [frames.length, frames.length + 1000])
        expectSame(await worker.attach(job.jobId, after).finish(), []);
    },
  ),
  defineCase(
    {
      id: 'attach-follows',
      musts: ['W-28', 'W-30'],
      title: 'lets several readers follow a running job, each to its end',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong();
      const older = await worker.attachKept(job.jobId);
      const newest = await worker.attachKept(job.jobId);
      await worker.cancel(job.jobId);
      await newest.stream.finishWithError('JOB_CANCELLED');
      await older.stream.finishOrFallBehind('JOB_CANCELLED');
      await job.finishOrFallBehind('JOB_CANCELLED');
    },
  ),
  defineCase(
    { id: 'attach-to-an-unknown-job', musts: ['W-50'], title: 'knows no frames of a job that it never had' },
    async (session) => {
      const worker = await session.worker();
      await worker.attach(createJobId()).expectRefusal('JOB_NOT_FOUND');
    },
  ),
];
