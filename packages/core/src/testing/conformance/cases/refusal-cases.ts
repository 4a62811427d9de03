import { CHUNK_BYTES_MAX, JSON_BYTES_MAX, MESSAGE_BYTES_MAX } from '../../../protocol/frames.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectLawfulFrames } from '../expect-lawful-frames.ts';
import { expectThat } from '../expect-that.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Jobs that are refused before they are accepted. Each leaves the worker as it was. */
export const refusalCases: readonly ConformanceCase[] = [
  defineCase(
    {
      id: 'refuses-unknown-capabilities',
      musts: ['W-11', 'W-13', 'W-50'],
      title: 'refuses a capability it does not have, and a range of versions',
    },
    async (session) => {
      const worker = await session.worker();
      const { input, capability } = session.sample;
      const [name, version] = capability.split('@');
      for (const unknown of ['nobody/has@1.0.0', `${name}@^${version}`, `${name}`, ''])
        await worker.open(input, { capability: unknown }).expectRefusal('CAPABILITY_UNKNOWN');
    },
  ),
  defineCase(
    {
      id: 'refuses-invalid-inputs',
      musts: ['W-11', 'W-13', 'W-50'],
      title: 'refuses an input that fails its schema before it accepts, and names every wrong field',
    },
    async (session) => {
      const worker = await session.worker();
      const { invalidInput, invalidFields = [] } = session.sample;
      const facts = await worker.open(invalidInput).expectRefusal('CAPABILITY_INPUT_INVALID');
      const issues = Array.isArray(facts['issues']) ? facts['issues'] : [];
      const paths = issues.map((issue: unknown) => (issue as { path?: unknown } | null)?.path);
      const isShaped = paths.length > 0 && paths.every((path) => typeof path === 'string' && /^(\/|$)/.test(path));
      expectThat(
        isShaped,
        'facts.issues to be a list of { path: JSON pointer, message }',
        JSON.stringify(facts).slice(0, 500),
      );
      const missing = invalidFields.filter((field) => !paths.includes(field));
      expectThat(missing.length === 0, `the issues to name ${missing.join(', ')}`, `they named ${paths.join(', ')}`);
    },
  ),
  defineCase(
    { id: 'refuses-what-is-not-json', musts: ['W-5', 'W-13'], title: 'refuses an input that is not JSON' },
    async (session) => {
      const worker = await session.worker();
      for (const inputJson of [bytes('{"a":'), bytes(''), Uint8Array.of(0x22, 0xff, 0x22)])
        await worker.open(null, { inputJson }).expectRefusal('FRAME_MALFORMED');
    },
  ),
  defineCase(
    { id: 'wants-open-first', musts: ['W-10', 'W-11'], title: 'refuses a stream that does not begin with `open`' },
    async (session) => {
      const worker = await session.worker();
      const chunk = worker.call();
      chunk.send({ type: 'chunk', part: 'a', data: bytes('a'), last: true });
      await chunk.expectRefusal('FRAME_OUT_OF_ORDER');
      const update = worker.call();
      update.send({ type: 'update', paramsJson: bytes('{}') });
      await update.expectRefusal('FRAME_OUT_OF_ORDER');
      const end = worker.call();
      end.end();
      await end.expectRefusal('FRAME_OUT_OF_ORDER');
      const nothing = worker.call();
      nothing.halfClose();
      await nothing.expectRefusal('FRAME_OUT_OF_ORDER');
    },
  ),
  defineCase({ id: 'checks-job-ids', musts: ['W-6'], title: 'refuses job ids that are none' }, async (session) => {
    const worker = await session.worker();
    for (const jobId of ['', 'short', 'a'.repeat(65), 'has a space', '../../../etc', 'name.with.dots', 'naïve-job-id'])
      await worker.open(session.sample.input, { jobId }).expectRefusal('FRAME_MALFORMED');
  }),
  defineCase(
    { id: 'checks-staged-files', musts: ['W-6', 'W-21'], title: 'refuses staged parts outside the job directory' },
    async (session) => {
      const worker = await session.worker();
      for (const file of ['../other/in/a', '/etc/passwd', 'in/../../a', 'in//a', '']) {
        const stagedParts = [{ name: 'a', uri: '', file, sizeBytes: 1, mediaType: '' }];
        await worker.open(session.sample.input, { stagedParts }).expectRefusal('FRAME_MALFORMED');
      }
    },
  ),
  defineCase(
    { id: 'wants-a-deadline', musts: ['W-13'], title: 'refuses a job without a deadline' },
    async (session) => {
      const worker = await session.worker();
      const job = worker.call();
      const { type: _, deadline: __, ...open } = worker.frame(job.jobId, session.sample.input);
      job.send({ type: 'open-without-deadline', ...open });
      await job.expectRefusal('FRAME_MALFORMED');
    },
  ),
  defineCase(
    { id: 'refuses-past-deadlines', musts: ['W-11', 'W-23'], title: 'refuses a job whose deadline has passed' },
    async (session) => {
      const worker = await session.worker();
      await worker.open(session.sample.input, { deadline: Date.now() - 60_000 }).expectRefusal('JOB_DEADLINE_EXCEEDED');
    },
  ),
  defineCase(
    { id: 'refuses-empty-frames', musts: ['W-7'], title: 'refuses a message that holds no frame it knows' },
    async (session) => {
      const worker = await session.worker();
      const job = worker.call();
      job.send({ type: 'empty' });
      await job.expectRefusal('FRAME_MALFORMED');
    },
  ),
  defineCase({ id: 'refuses-large-inputs', musts: ['W-5'], title: 'refuses an input over 2 MiB' }, async (session) => {
    const worker = await session.worker();
    const job = worker.call();
    const inputJson = bytes(JSON.stringify('a'.repeat(JSON_BYTES_MAX)));
    job.send({ type: 'unchecked', frame: worker.frame(job.jobId, null, { inputJson }) });
    await job.expectRefusal('FRAME_TOO_LARGE');
  }),
  defineCase(
    {
      id: 'survives-any-bytes',
      musts: ['W-5'],
      title: 'is not harmed by messages that can not be read or are over 4 MiB',
    },
    async (session) => {
      const worker = await session.worker();
      const noise = Uint8Array.from({ length: 4096 }, (_, at) => (at * 131 + 7) % 256);
      for (const message of [
        noise,
        Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0x7f),
        new Uint8Array(MESSAGE_BYTES_MAX + CHUNK_BYTES_MAX),
      ]) {
        const job = worker.call();
        job.sendBytes(message);
        await job.rest();
        // What the gRPC stack itself refuses has the stack's own status.
        const { status } = await job.status();
        expectThat(status !== 'OK', 'a refusal', 'the call ended with OK');
      }
      expectLawfulFrames(await worker.openSmall().finish(), { capability: session.sample.capability });
    },
  ),
  defineCase(
    { id: 'refuses-used-ids', musts: ['W-15', 'W-27'], title: 'refuses the id of a job whose frames it still keeps' },
    async (session) => {
      const worker = await session.worker();
      const job = worker.openSmall();
      await job.finish();
      await worker.idle();
      await worker.openSmall({ jobId: job.jobId }).expectRefusal('JOB_ALREADY_EXISTS');
    },
  ),
];
