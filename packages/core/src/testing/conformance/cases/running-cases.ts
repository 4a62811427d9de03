import { parseManifest } from '../../../manifest/parse-manifest.ts';
import { CHUNK_BYTES_MAX } from '../../../protocol/frames.ts';
import { workerMethods } from '../../../protocol/worker/worker-methods.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectThat } from '../expect-that.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
/** Long enough for a worker to accept a job first. */
const SHORT_DEADLINE_MS = 1000;

/** What ends a running job: an `error` frame, and the status OK. */
export const runningCases: readonly ConformanceCase[] = [
  defineCase(
    { id: 'opens-once', musts: ['W-10', 'W-12'], title: 'ends a job whose caller opens it twice', needs: ['long-job'] },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong();
      job.send(worker.frame(job.jobId, session.sample.input));
      await job.finishWithError('FRAME_OUT_OF_ORDER');
    },
  ),
  defineCase(
    {
      id: 'wants-nothing-after-the-last-chunk',
      musts: ['W-10'],
      title: 'ends a job whose caller goes on with a part after its last chunk',
      needs: ['long-job', 'live-part'],
    },
    async (session) => {
      const worker = await session.worker();
      const part = session.sample.longJob?.livePart ?? '';
      const job = await worker.openLong();
      job.send({ type: 'chunk', part, data: bytes('a'), last: true });
      job.send({ type: 'chunk', part, data: bytes('b'), last: false });
      await job.finishWithError('FRAME_OUT_OF_ORDER');
    },
  ),
  defineCase(
    {
      id: 'wants-nothing-after-end',
      musts: ['W-10'],
      title: 'ends a job whose caller goes on after `end`',
      needs: ['long-job', 'live-part'],
    },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong();
      job.send({ type: 'end' });
      job.send({ type: 'chunk', part: 'more', data: bytes('a'), last: true });
      await job.finishWithError('FRAME_OUT_OF_ORDER');
    },
  ),
  defineCase(
    {
      id: 'refuses-large-chunks',
      musts: ['W-5', 'W-12'],
      title: 'ends a job whose caller sends a chunk over 1 MiB',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong();
      job.send({
        type: 'unchecked',
        frame: { type: 'chunk', part: 'large', data: new Uint8Array(CHUNK_BYTES_MAX + 1), last: true },
      });
      await job.finishWithError('FRAME_TOO_LARGE');
    },
  ),
  defineCase(
    {
      id: 'checks-part-names',
      musts: ['W-6'],
      title: 'ends a job whose caller sends a part under a name that is none',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      for (const part of ['../escape', '/absolute', '', 'a//b', '.hidden']) {
        const job = await worker.openLong();
        job.send({ type: 'unchecked', frame: { type: 'chunk', part, data: bytes('a'), last: true } });
        await job.finishWithError('FRAME_MALFORMED');
      }
    },
  ),
  defineCase(
    {
      id: 'ends-on-empty-frames',
      musts: ['W-7', 'W-12'],
      title: 'ends a job whose caller sends a message without a frame',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong();
      job.send({ type: 'empty' });
      await job.finishWithError('FRAME_MALFORMED');
    },
  ),
  defineCase(
    {
      id: 'checks-updates',
      musts: ['W-19'],
      title: 'ends a job on an update that it does not take, or that fails the schema',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      const { capability, invalidUpdate } = session.sample;
      const manifest = parseManifest(await worker.answer(workerMethods.getManifest, undefined), {
        location: 'GetManifest',
      });
      const stated = manifest.capabilities.find(
        ({ contract }) => `${contract.name}@${contract.version}` === capability,
      );
      const takesUpdates = stated?.contract.update !== undefined;
      if (takesUpdates && invalidUpdate === undefined) return;
      const job = await worker.openLong();
      job.send({ type: 'update', paramsJson: bytes(JSON.stringify(invalidUpdate ?? {})) });
      await job.finishWithError(takesUpdates ? 'CAPABILITY_INPUT_INVALID' : 'JOB_UPDATE_UNSUPPORTED');
    },
  ),
  defineCase(
    {
      id: 'refuses-running-ids',
      musts: ['W-15'],
      title: 'refuses the id of a job that runs, which goes on',
      needs: ['long-job'],
    },
    async (session) => {
      const worker = await session.worker();
      const { slotsTotal } = await worker.state();
      const job = await worker.openLong();
      // With one slot, to be busy is as true.
      if (slotsTotal > 1) await worker.openSmall({ jobId: job.jobId }).expectRefusal('JOB_ALREADY_EXISTS');
      else
        expectThat((await worker.openSmall({ jobId: job.jobId }).next()) === undefined, 'a refusal', 'it was accepted');
      const last = (await worker.release(job)).at(-1);
      expectThat(
        last?.frame.type === 'result',
        'the first job to end with its result',
        `it ended with ${last?.frame.type}`,
      );
    },
  ),
  defineCase(
    { id: 'keeps-the-deadline', musts: ['W-12', 'W-23'], title: 'ends a job at its deadline', needs: ['long-job'] },
    async (session) => {
      const worker = await session.worker();
      const job = await worker.openLong({ deadline: Date.now() + SHORT_DEADLINE_MS });
      // Not read before: reading may be what the job waits for.
      await worker.idle();
      await job.finishWithError('JOB_DEADLINE_EXCEEDED');
    },
  ),
];
